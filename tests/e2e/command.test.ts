import { access, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Plan } from '../../src/model/plan.ts';
import type { RunFile } from '../../src/model/run.ts';
import { type Bench, bench, experiment, nodeServer, OWN_NETWORK, type Said } from '../support/loadcell.ts';

/** The command's contract: options, commands, exit codes, and what is on stdout. */
const good = nodeServer("(_, reply) => reply.end('hello')");
const lacking = nodeServer(
  '() => {}',
  "requires: [{ command: 'no-such-command-here', apt: 'no-such-package' }],",
).replace("name: 'server'", "name: 'lacking'");
const load = "load: { duration: '250ms', connections: 4, keepAlive: [true, false], warmup: false }";
const CELL = 'server.default.c4-kept';

const there = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
const ESCAPE = String.fromCharCode(27);
/** The run's end: by the clock when it was made, by its last record when it is reported again. */
const withoutEnd = (text: string): string => text.replaceAll(/ – \d{4}-\d\d-\d\dT[\d:.]+Z/g, '');

let made: Bench;
/** With every option that shapes a run; without; two runs of one cell in common. */
let shaped: Said;
let plain: Said;
const shapedRun = (): string => join(made.folder, 'elsewhere/bench/latest');
const plainRun = (): string => join(made.folder, 'out/bench/latest');
beforeAll(async () => {
  made = await bench(experiment(`${good}, ${lacking}`, load).replace('trials: 1, seed: 1', 'trials: 3, seed: 5'));
  const options = ['--only', CELL, '--trials', '2', '--seed', '42', '--driver', 'loadcell', '--isolation', 'host'];
  shaped = await made.run([made.file, ...options, '--out', 'elsewhere', '--json', '--no-color'], {
    before: OWN_NETWORK,
  });
  plain = await made.run([made.file, '--quick', '--locale', 'zh-CN', '--driver', 'loadcell']);
}, 120_000);
afterAll(async () => {
  await made[Symbol.asyncDispose]();
});

const runFile = async (run: string): Promise<RunFile> => JSON.parse(await readFile(join(run, 'run.json'), 'utf8'));

describe('a run with options', () => {
  test('is done, with results.json alone on stdout', async () => {
    expect(shaped.code, shaped.stderr).toBe(0);
    const results = JSON.parse(shaped.stdout);
    expect(results).toEqual(JSON.parse(await readFile(join(shapedRun(), 'results.json'), 'utf8')));
    expect(results).toMatchObject({
      schemaVersion: 1,
      experiment: { name: 'bench' },
      run: { seed: 42, complete: true },
    });
    expect(results.cells).toHaveLength(1);
    expect(results.cells[0]).toMatchObject({
      ...{ id: CELL, server: 'server', environment: 'default', trials: 2, trialsPlanned: 2 },
      load: { driver: 'loadcell', connections: 4, keepAlive: true },
      requestsPerSecond: { n: 2 },
      errors: { total: 0 },
    });
  });

  test('took its cell, trials, seed, driver, isolation and folder from them', async () => {
    const { plan, isolation } = await runFile(shapedRun());
    expect(plan).toMatchObject({ seed: 42, trials: 2, isolation: 'host', quick: false });
    expect(plan.cells.map((cell) => [cell.id, cell.load.driver])).toEqual([[CELL, 'loadcell']]);
    expect(isolation.kind).toBe('host');
    const records = (await readFile(join(shapedRun(), 'trials.jsonl'), 'utf8')).trim().split('\n');
    expect(records.map((line) => JSON.parse(line).stage.kind)).toEqual(records.map(() => 'host'));
  });

  test('and its report has them in the line to run it again', async () => {
    const report = await readFile(join(shapedRun(), 'report.md'), 'utf8');
    expect(report).toContain(`bench.ts --seed 42 --only ${CELL} --trials 2 --driver loadcell --isolation host\n`);
  });

  test('left a whole run folder', async () => {
    const files = await readdir(shapedRun());
    const whole = [
      'charts',
      'logs',
      'report.html',
      'report.md',
      'results.csv',
      'results.json',
      'run.json',
      'trials.jsonl',
    ];
    expect(files.sort()).toEqual(whole);
  });

  test('wrote no colour', () => {
    expect(`${shaped.stdout}${shaped.stderr}`).not.toContain(ESCAPE);
  });
});

describe('a run of all cells', () => {
  test('exits 4 and names what was not run, with the command that gets it', async () => {
    expect(plain.code, plain.stderr).toBe(4);
    expect(plain.stderr).toContain('no-such-command-here');
    expect(plain.stderr).toContain('apt-get install -y no-such-package');
    const { cells } = await made.results();
    expect(cells.map((cell) => [cell.server, cell.load.keepAlive, cell.verdict === 'not-run'])).toEqual([
      ['server', true, false],
      ['server', false, false],
      ['lacking', true, true],
      ['lacking', false, true],
    ]);
    for (const cell of cells.filter((one) => one.verdict === 'not-run')) {
      expect(cell.reason).toContain('apt-get install -y no-such-package');
      expect(cell).toMatchObject({ requestsPerSecond: null, trials: 0 });
    }
    expect(await made.report()).toContain('apt-get install -y no-such-package');
  });

  test('prints the path of its report and nothing else on stdout', async () => {
    expect(plain.stdout.split('\n')).toEqual([expect.stringMatching(/^\/.*report\.md$/), '']);
    expect(await readFile(plain.stdout.trim(), 'utf8')).toBe(await made.report());
  });

  test('is one quick trial a cell, and says that it is a smoke run', async () => {
    const { plan } = await runFile(plainRun());
    expect(plan).toMatchObject({ quick: true, trials: 1, seed: 5 });
    for (const cell of (await made.results()).cells.filter((one) => one.verdict !== 'not-run')) {
      expect(cell.caveats.map((caveat) => caveat.code)).toContain('quick');
    }
  });

  test('is reported in the language that was asked for', async () => {
    const report = await made.report();
    const english = await readFile(join(shapedRun(), 'report.md'), 'utf8');
    const headings = (text: string): string[] => text.split('\n').filter((line) => line.startsWith('## '));
    expect(headings(report).filter((heading) => /\p{Script=Han}/u.test(heading)).length).toBeGreaterThan(2);
    expect(headings(english).join()).not.toMatch(/\p{Script=Han}/u);
  });
});

describe('thresholds', () => {
  test('that do not hold are exit 1, and the others 0', async () => {
    const text = (min: number): string =>
      experiment(
        good,
        `load: { duration: '250ms', warmup: false, driver: 'loadcell' }, thresholds: [{ metric: 'requestsPerSecond', min: ${min} }]`,
      );
    await using held = await bench(text(1));
    await using broken = await bench(text(1e9));
    expect((await held.run()).code).toBe(0);
    const said = await broken.run();
    expect(said.code, said.stderr).toBe(1);
    expect((await broken.results()).thresholds).toMatchObject([
      { metric: 'requestsPerSecond', min: 1e9, holds: false },
    ]);
  });
});

describe('plan', () => {
  test('shows what a run would do, and touches nothing', async () => {
    await using fresh = await bench(experiment(`${good}, ${lacking}`, load));
    const options = [
      '--only',
      'server*kept',
      '--trials',
      '3',
      '--driver',
      'loadcell',
      '--seed',
      '42',
      '--isolation',
      'host',
      '--quick',
    ];
    const said = await fresh.run(['plan', fresh.file, ...options, '--json']);
    expect(said.code, said.stderr).toBe(0);
    const plan = JSON.parse(said.stdout) as Plan;
    expect(plan).toMatchObject({ trials: 3, seed: 42, isolation: 'host', quick: true });
    expect(plan.cells.map((cell) => cell.id)).toEqual([CELL]);
    expect(plan.order).toHaveLength(3);
    const again = await fresh.run(['plan', fresh.file, ...options, '--json']);
    expect(again.stdout).toBe(said.stdout);
    const told = await fresh.run(['plan', fresh.file]);
    expect(told).toMatchObject({ code: 0, stderr: '' });
    expect(told.stdout).toContain('4 cells');
    expect(await there(join(fresh.folder, 'out'))).toBe(false);
  });
});

describe('report', () => {
  test('writes everything again from the records alone, and in another language', async () => {
    const run = shapedRun();
    const read = async (name: string): Promise<string> => withoutEnd(await readFile(join(run, name), 'utf8'));
    const names = ['report.md', 'report.html', 'results.csv'];
    const before = await Promise.all(names.map(read));
    const results = JSON.parse(await read('results.json'));
    await Promise.all([...names, 'results.json'].map((name) => rm(join(run, name))));
    const said = await made.run(['report', run]);
    expect(said.code, said.stderr).toBe(0);
    expect(said.stdout.trim()).toMatch(/report\.md$/);
    expect(await Promise.all(names.map(read))).toEqual(before);
    const { run: facts, ...rest } = JSON.parse(await read('results.json'));
    const { run: expected, ...others } = results;
    expect(rest).toEqual(others);
    expect({ ...facts, finishedAt: '' }).toEqual({ ...expected, finishedAt: '' });

    expect((await made.run(['report', run, '--locale', 'zh-CN'])).code).toBe(0);
    expect(await read('report.md')).toMatch(/\p{Script=Han}/u);
  });

  test('takes a template of your own', async () => {
    await writeFile(join(made.folder, 'own.hbs'), 'A page of my own.\n');
    const said = await made.run(['report', shapedRun(), '--template', './own.hbs']);
    expect(said.code, said.stderr).toBe(0);
    expect(await readFile(join(shapedRun(), 'report.md'), 'utf8')).toBe('A page of my own.\n');
  });
});

describe('compare', () => {
  test('sets the cells of two runs side by side', async () => {
    const said = await made.run(['compare', plainRun(), shapedRun()]);
    expect(said.code, said.stderr).toBe(0);
    expect(said.stdout.trim().split('\n')).toHaveLength(1);
    expect(said.stdout).toContain(CELL);
    const json = await made.run(['compare', plainRun(), shapedRun(), '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject([{ cell: CELL }]);
  });
});

test('doctor tells of isolation and of every generator', async () => {
  const said = await made.run(['doctor']);
  expect(said.code, said.stderr).toBe(0);
  expect(said.stdout).toMatch(/isolation: (namespace|host)/);
  const found = JSON.parse((await made.run(['doctor', '--json'])).stdout) as { what: string }[];
  expect(found.map((one) => one.what)).toContain('generator ab');
});

test('schema prints a JSON schema of the experiment and of the results', async () => {
  for (const [args, property] of [
    [[], 'servers'],
    [['results'], 'cells'],
  ] as const) {
    const said = await made.run(['schema', ...args]);
    expect(said).toMatchObject({ code: 0, stderr: '' });
    expect(Object.keys(JSON.parse(said.stdout).properties)).toContain(property);
  }
});

test('init writes an experiment that can be planned, once', async () => {
  await using fresh = await bench('');
  const said = await fresh.run(['init', 'first']);
  expect(said).toMatchObject({ code: 0, stdout: '' });
  // It is run, of an installed copy, in installed.test.ts.
  expect((await fresh.run(['plan', 'experiments/first.ts'])).stdout).toContain('4 cells');
  const again = await fresh.run(['init', 'first']);
  expect(again.code).toBe(2);
  expect(again.stderr).toContain('there already');
});

describe('what is wrong with a command line is exit 2, with the next step', () => {
  const wrong: Record<string, { args: string[]; says: string }> = {
    'an unknown option': { args: ['bench.ts', '--quik'], says: '--quick' },
    'no experiment': { args: [], says: 'experiment' },
    'a file that is not there': { args: ['no-such.ts'], says: 'no-such.ts' },
    'no trials': { args: ['bench.ts', '--trials', '0'], says: 'whole number' },
    'a seed that is none': { args: ['bench.ts', '--seed', 'x'], says: 'whole number' },
    'an unknown isolation': { args: ['bench.ts', '--isolation', 'jail'], says: 'namespace' },
    'an unknown driver': { args: ['bench.ts', '--driver', 'wkr'], says: 'wrk' },
    'a pattern that no cell matches': { args: ['bench.ts', '--only', 'nginx'], says: CELL },
    'an unknown locale': { args: ['bench.ts', '--locale', 'xx'], says: 'zh-CN' },
    'an unknown template': { args: ['bench.ts', '--template', 'no-such'], says: 'no-such' },
    'a run that is not there': { args: ['report', 'nowhere'], says: 'nowhere' },
    'runs that are not there': { args: ['compare', 'nowhere', 'nowhere'], says: 'nowhere' },
    'an unknown schema': { args: ['schema', 'other'], says: 'experiment' },
    'a name that is none': { args: ['init', '../x'], says: 'init my-question' },
  };
  test.each(Object.entries(wrong))('%s', async (_name, { args, says }) => {
    const said = await made.run(args);
    expect(said.code, said.stderr).toBe(2);
    expect(said.stdout).toBe('');
    expect(said.stderr).toContain(says);
    expect(said.stderr).not.toMatch(/^\s+at |defect of loadcell/m);
    expect(said.stderr).not.toContain(ESCAPE);
  });
});

test('help and version go to stdout', async () => {
  const help = await made.run(['--help']);
  expect(help).toMatchObject({ code: 0, stderr: '' });
  expect(help.stdout).toContain('Exit codes');
  const version = await made.run(['--version']);
  expect(version).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});
