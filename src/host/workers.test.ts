import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { localHost } from './local.ts';
import { compileWorkers } from './workers.ts';

const host = localHost();
let folder = '';
beforeAll(async () => {
  folder = await host.makeTemporaryFolder('workers-test-');
});
afterAll(async () => {
  await host.remove(folder);
});

it('compiles workers that stand alone, with the packages that drivers need', async () => {
  // The source lies in this folder so that packages resolve; what comes out must run from anywhere.
  const entry = path.join(import.meta.dirname, 'sample.worker.ts');
  const compiled = await compileWorkers(host, path.join(folder, 'a/b'), { one: entry, two: entry });
  expect(Object.keys(compiled)).toEqual(['one', 'two']);
  const done = await host.run([process.execPath, String(compiled.one)], { cwd: '/', stdin: 'x' });
  expect(done.stderr).toBe('');
  expect(JSON.parse(done.stdout)).toEqual({
    autocannon: 'function',
    histogram: 42,
    parser: 'RESPONSE',
    beside: 'one.mjs',
  });
});

it('says what is wrong with an entry', async () => {
  await expect(compileWorkers(host, folder, { none: path.join(folder, 'missing.ts') })).rejects.toThrow(/missing\.ts/);
});
