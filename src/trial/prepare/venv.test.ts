import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localHost } from '../../host/local.ts';
import type { PrepareTools } from './prepare.ts';
import { missingRequirements, requirementsOf } from './requirements.ts';
import { hostToolPath } from './search-path.ts';
import { prepareVenv } from './venv.ts';

const host = localHost();
const [lacking] = await missingRequirements(host, requirementsOf({ requires: [], pip: ['x'] }));
const describeVenv =
  lacking === undefined
    ? test
    : (name: string) => test.skip(`${name} (skipped: ${lacking.reason}; ${lacking.install})`);

/** A wheel is a zip with a description: small enough to write here, so that no index is asked. */
const WHEEL = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as wheel:
    wheel.writestr('tiny.py', 'ANSWER = 42\\n')
    info = 'tiny-1.0.dist-info/'
    wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: tiny\\nVersion: 1.0\\n')
    wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    wheel.writestr(info + 'RECORD', '')
`;

let folder = '';
let cache = '';
let wheel = '';
let path = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loadcell-venv-'));
  cache = join(folder, 'cache');
  wheel = join(folder, 'tiny-1.0-py3-none-any.whl');
  path = await hostToolPath(host, cache);
  await promisify(execFile)('python3', ['-c', WHEEL, wheel]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const server = (pip: string[]): { name: string; pip: string[] } => ({ name: 'tiny', pip });
const tools = (more: Partial<PrepareTools> = {}): PrepareTools & { path: string } => ({
  ...{ cache, path, leash: [], install: true, say: () => undefined },
  ...more,
});

describeVenv('installs the requirement lines once, and says so before it does', async () => {
  const said: string[] = [];
  const venv = await prepareVenv(host, server([wheel]), tools({ say: (text) => said.push(text) }));
  const answer = await host.run([join(venv, 'bin/python'), '-c', 'import tiny; print(tiny.ANSWER)']);
  expect(answer.stdout.trim()).toBe('42');
  expect(await prepareVenv(host, server([wheel]), tools({ install: false }))).toBe(venv);
  expect((await readdir(join(cache, 'venv'))).length).toBe(2);
  expect(said).toEqual(['Making the Python environment of tiny ...']);
});

describeVenv('downloads nothing unasked', async () => {
  const before = await readdir(join(cache, 'venv')).catch(() => []);
  const attempt = prepareVenv(host, server([wheel, wheel]), tools({ install: false }));
  await expect(attempt).rejects.toMatchObject({
    message: 'the Python environment of tiny is not there',
    hint: '--install makes it',
  });
  expect(await readdir(join(cache, 'venv')).catch(() => [])).toEqual(before);
});

describeVenv('says what pip said, and leaves no half-made environment to be used later', async () => {
  const before = await readdir(join(cache, 'venv')).catch(() => []);
  const attempt = prepareVenv(host, server([join(folder, 'absent-1.0-py3-none-any.whl')]), tools());
  await expect(attempt).rejects.toThrow(/installing Python packages failed.*absent-1\.0/s);
  expect(await readdir(join(cache, 'venv'))).toEqual(before);
});
