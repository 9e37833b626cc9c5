import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { localHost } from '../../host/local.ts';
import { policyScript } from './services.ts';

const host = localHost();
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loadcell-services-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function answer(pid: number, startTime: string): Promise<number | null> {
  const file = join(folder, 'policy-rc.d');
  await writeFile(file, policyScript(pid, startTime));
  await chmod(file, 0o755);
  return (await host.run([file, 'nginx', 'start'])).code;
}

test('services are forbidden only while the process that installs is there', async () => {
  const stat = await readFile('/proc/self/stat', 'utf8');
  const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] as string;
  expect(await answer(process.pid, startTime)).toBe(101);
  // The same pid later, or none at all: a run that was killed must not keep a machine's services from starting.
  expect(await answer(process.pid, `${startTime}1`)).toBe(0);
  expect(await answer(99_999_999, startTime)).toBe(0);
});
