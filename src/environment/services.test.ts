import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { localHost } from '../host/local.ts';
import { policyScript } from './services.ts';
import { type Owner, ownerOf } from './stage/owner.ts';

const host = localHost();
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loadcell-services-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function answer(by: Owner, env: Record<string, string> = {}): Promise<number | null> {
  const file = join(folder, 'policy-rc.d');
  await writeFile(file, policyScript(by));
  await chmod(file, 0o755);
  return (await host.run([file, 'nginx', 'start'], { env })).code;
}

test('services are forbidden while the process that installs is there', async () => {
  const by = await ownerOf(host, process.pid);
  expect(await answer(by)).toBe(101);
  // The same pid later, or none at all: a run that was killed must not keep a machine's services from starting.
  const later = { ...by, start: by.start + 1 };
  expect(await answer(later)).toBe(0);
  expect(await answer({ ...by, pid: 99_999_999 })).toBe(0);
  // But those of the packages that are being installed on.
  const mark = (owner: Owner): Record<string, string> => ({ LOADCELL_INSTALLING: `${owner.pid}-${owner.start}` });
  expect(await answer(later, mark(later))).toBe(101);
  expect(await answer(later, mark({ ...later, pid: 7 }))).toBe(0);
});
