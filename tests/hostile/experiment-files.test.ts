import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadExperiment } from '../../src/experiment/load-file.ts';
import { UserError } from '../../src/model/errors.ts';
import { bench, ended, type Said } from '../support/loadcell.ts';
import { MACHINE } from './definition.ts';

const definition = `{ title: 't', servers: [{ name: 'one', folder: '/srv', command: ['true'] }], load: { connections: 1 } }`;

/** What a user's file may be, and a word of what must be said of it. */
const FILES: Readonly<Record<string, [text: string, said: RegExp]>> = {
  'is empty': ['', /no default export/],
  'is no program': ['\0\u0001\u0002 %PDF', /cannot be/],
  'has a syntax error': ['export default {{{', /cannot be read.*:1/],
  'throws at import': ["\nthrow new Error('out of order');", /out of order.*:2/],
  'throws text': ["throw 'text';", /text was thrown/],
  'throws what cannot be read': [
    'throw { get message() { throw 1; }, get stack() { throw 2; } };',
    /without a message/,
  ],
  'throws nothing': ['throw undefined;', /undefined was thrown/],
  'exports a number': ['export default 7;', /expected an object/],
  'exports a promise that fails': ["export default Promise.reject(new Error('no luck'));", /no luck/],
  'exports a thenable that throws': ["export default { get then() { throw new Error('no then'); } };", /no then/],
  'exports a function that throws': ["export default () => { throw new Error('not today'); };", /not today/],
  'exports a function that throws what cannot be read': [
    'export default () => { throw Object.create(null); };',
    /without a message/,
  ],
  'exports a function of nothing': ['export default () => {};', /returns nothing/],
  exits: ['process.exit(0);', /process\.exit\(0\).*:1/],
  'exits in its function': ['export default () => process.exit(0);', /process\.exit/],
  'exits after all, and hides it': [
    `try { process.exit(0); } catch {}\nexport default ${definition};`,
    /process\.exit/,
  ],
  'leaves a promise alone': [`Promise.reject(new Error('left alone'));\nexport default ${definition};`, /left alone/],
  'throws beside': [
    `setImmediate(() => { throw new Error('beside'); });\nawait new Promise((r) => setTimeout(r, 50));\nexport default ${definition};`,
    /beside/,
  ],
  'imports what is not there': ["import './nowhere.ts';", /nowhere\.ts, which is not there/],
};

function expectTold({ code, stdout, stderr }: Said, said: RegExp): void {
  expect(stderr).toMatch(said);
  expect(stderr).not.toMatch(/\n\s+at .*:\d+|defect of loadcell|triggerUncaught|Warning:/);
  expect(stdout).toBe('');
  expect(code).toBe(2);
}

describe.concurrent('an experiment file, by the real command', { timeout: 180_000 }, () => {
  for (const [what, [text, said]] of Object.entries(FILES)) {
    test(`that ${what}`, async () => {
      await using place = await bench(text);
      const before = await readdir(place.folder);
      expectTold(await place.run(['plan', place.file]), said);
      expect(await readdir(place.folder)).toEqual(before);
    });
  }

  test('that never comes to its end goes with Ctrl-C', async () => {
    await using place = await bench("process.stderr.write('begun\\n');\nfor (;;);");
    const child = place.start(['plan', place.file]);
    child.stderr?.once('data', () => child.kill('SIGINT'));
    const { signal, stdout } = await ended(child);
    expect(signal).toBe('SIGINT');
    expect(stdout).toBe('');
  });

  test('that is a folder, or is not there', async () => {
    await using place = await bench('');
    await mkdir(join(place.folder, 'sub'));
    expectTold(await place.run(['plan', join(place.folder, 'sub')]), /is a folder/);
    expectTold(await place.run(['plan', join(place.folder, 'missing.ts')]), /there is no file/);
  });

  test('in the form of an async function is taken', async () => {
    await using place = await bench(
      `export default async (machine) => ({ ...${definition}, title: typeof machine.hostname });`,
    );
    const { code, stdout, stderr } = await place.run(['plan', place.file]);
    expect(stderr).toBe('');
    expect([code, stdout.split('\n')[0]]).toEqual([0, 'string']);
  });
});

test("a file's name cannot lead its run folder away", async () => {
  await using place = await bench('');
  for (const name of [
    '...ts',
    '-rf.ts',
    'a b\n.ts',
    '\u001b[2J.ts',
    '成功.ts',
    `${'x'.repeat(240)}.ts`,
    '.hidden.ts',
    '$(id).mts',
  ]) {
    const file = join(place.folder, name);
    await writeFile(file, `export default ${definition};`);
    const loaded = await loadExperiment(file, MACHINE).catch((error: unknown) => error);
    if (loaded instanceof UserError) continue;
    const run = (loaded as { name: string }).name;
    expect(basename(run)).toBe(run);
    expect(run).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/);
  }
});

test.concurrent.each(['', '{"schemaVersion":1,"plan":null}', '\0\0'])(
  'a run folder with the run.json %j, by the real command',
  async (text) => {
    await using place = await bench('');
    await writeFile(join(place.folder, 'run.json'), text);
    const before = await readdir(place.folder);
    expectTold(await place.run(['report', place.folder]), /run\.json cannot be read/);
    expect(await readdir(place.folder)).toEqual(before);
  },
);
