import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { compileWorkers } from '../host/workers.ts';
import type { Running } from '../model/host.ts';
import type { RunnerJob } from './fixtures/runner.worker.ts';
import { tweak } from './fixtures/runs.ts';
import { keepGuardian } from './guardian.ts';
import type { Ledger } from './ledger.ts';
import { recover } from './recovery.ts';
import { fixture, host, isRoot, until } from './stage/fixtures/kit.ts';
import { ownerOf } from './stage/owner.ts';

/** Real keys of the whole machine, all harmless; put back at the end whatever happens. */
const TWEAKS = [
  tweak('/proc/sys/vm/swappiness', '41'),
  tweak('/proc/sys/vm/dirty_background_bytes', '268435456'),
  tweak('/proc/sys/kernel/randomize_va_space', '1'),
  tweak('/proc/sys/fs/inotify/max_user_watches', '70007'),
  tweak('/proc/sys/net/core/netdev_max_backlog', '1234'),
];
const KEYS = [...TWEAKS.map(({ path }) => path), '/proc/sys/vm/dirty_background_ratio'];
const values = (): Promise<string[]> => Promise.all(KEYS.map(async (key) => (await readFile(key, 'utf8')).trim()));
const IN_FORCE = ['41', '268435456', '1', '70007', '1234', '0'];

let folder = '';
let job: RunnerJob;
let before: string[] = [];
const started: Running[] = [];

beforeAll(async () => {
  if (!isRoot) return;
  folder = await host.makeTemporaryFolder('guardian-test-');
  const entries = { guardian: new URL('guardian.worker.ts', import.meta.url).pathname };
  const { guardian = '' } = await compileWorkers(host, folder, entries);
  const place = { folder: join(folder, 'state'), lock: `loadcell-test-${process.pid}` };
  job = { place, tweaks: TWEAKS, guardian, wait: true };
  before = await values();
  expect(before).not.toEqual(IN_FORCE);
});
afterEach(async () => {
  for (const { pid, exited } of started.splice(0)) {
    host.signal(pid, 'SIGKILL');
    await exited;
  }
  await until('the machine is as it was', async () => String(await values()) === String(before)).catch(
    async (error) => {
      for (const [index, key] of KEYS.entries()) {
        if (before[index] !== '0') await writeFile(key, before[index] as string);
      }
      throw error;
    },
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Without the loader's own cache. */
const tmp = async (): Promise<string[]> =>
  (await host.list(join(folder, 'tmp'))).filter((name) => name.startsWith('loadcell-'));
const ledger = async (): Promise<Ledger> => JSON.parse(await readFile(join(job.place.folder, 'ledger.json'), 'utf8'));

/** A runner with everything in force, and its guardian's pid. */
async function running(): Promise<{ runner: Running; guardian: number }> {
  await host.makeFolder(join(folder, 'tmp'));
  const runner = await host.spawn({
    argv: fixture('../../fixtures/runner.worker.ts', JSON.stringify(job)),
    stdin: { pipe: true },
    stdout: { collect: true },
    stderr: { collect: true },
    env: { TMPDIR: join(folder, 'tmp') },
    newSession: true,
  });
  started.push(runner);
  const line = await Promise.race([
    new Promise<string>((resolve) => runner.onLine((said) => said.startsWith('applied') && resolve(said))),
    runner.exited.then(({ stdout, stderr }) => `${stdout}${stderr}`),
  ]);
  expect(line).toMatch(/^applied \d+$/);
  expect(await values()).toEqual(IN_FORCE);
  expect(await tmp()).toHaveLength(1);
  return { runner, guardian: Number(line.split(' ')[1]) };
}

const restored = (): Promise<void> =>
  until('restored, and nothing left', async () => {
    const left = [...(await tmp()), ...(await host.list(job.place.folder))];
    return left.length === 0 && String(await values()) === String(before);
  });
const gone = (pid: number): Promise<void> => until(`${pid} has ended`, async () => !host.signal(pid, 0));
const killGroup = (pid: number, signal: NodeJS.Signals): boolean => process.kill(-pid, signal);

describe.skipIf(!isRoot)(`a guardian${isRoot ? '' : ' (needs root)'}`, () => {
  test('goes with a runner that ends', async () => {
    const { runner, guardian } = await running();
    runner.endStdin();
    const { code, stderr } = await runner.exited;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(host.signal(guardian, 0)).toBe(false);
    await restored();
  });

  test('restores when the runner is killed, and ends', async () => {
    const { runner, guardian } = await running();
    host.signal(runner.pid, 'SIGKILL');
    await restored();
    await gone(guardian);
  });

  test('takes along what the runner was writing into the state folder, and nobody else’s', async () => {
    const { runner, guardian } = await running();
    const unfinished = (pid: number): string => join(job.place.folder, `.ledger.json.${pid}.0123456789ab.tmp`);
    await writeFile(unfinished(runner.pid), '{"half');
    await writeFile(unfinished(1), '{"half');
    host.signal(runner.pid, 'SIGKILL');
    await gone(guardian);
    expect(await host.list(job.place.folder)).toEqual(['.ledger.json.1.0123456789ab.tmp']);
    await rm(unfinished(1));
    await restored();
  });

  test("restores when the runner's whole group is killed", async () => {
    const { runner, guardian } = await running();
    killGroup(runner.pid, 'SIGKILL');
    await restored();
    await gone(guardian);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('outlives %s', async (signal) => {
    const { runner, guardian } = await running();
    process.kill(guardian, signal);
    killGroup(guardian, signal);
    await host.sleep(50);
    expect(host.signal(guardian, 0)).toBe(true);
    expect((await ledger()).guardian?.pid).toBe(guardian);
    host.signal(runner.pid, 'SIGKILL');
    await restored();
    await gone(guardian);
  });

  test('is replaced when it is killed, and the next one does the same', async () => {
    const { runner, guardian } = await running();
    host.signal(guardian, 'SIGKILL');
    await until('another is named', async () => ![undefined, guardian].includes((await ledger()).guardian?.pid));
    const next = (await ledger()).guardian?.pid as number;
    host.signal(runner.pid, 'SIGKILL');
    await restored();
    await gone(next);
  });

  /** The runner is stopped first, so that it starts no other. */
  const killBoth = async ({ runner, guardian }: { runner: Running; guardian: number }): Promise<void> => {
    host.signal(runner.pid, 'SIGSTOP');
    host.signal(guardian, 'SIGKILL');
    host.signal(runner.pid, 'SIGKILL');
    await runner.exited;
    await gone(guardian);
  };

  test('killed with its runner, leaves it to the next start', async () => {
    await killBoth(await running());
    expect(await values()).toEqual(IN_FORCE);
    const said = await recover({ ...host, temporary: join(folder, 'tmp') }, job.place);
    expect(said).toContainEqual(expect.stringMatching(/^Put back vm\.swappiness: \d+ \(it was 41\), as it was before/));
    expect(said).toHaveLength(KEYS.length + 1);
    await restored();
  });

  test('killed with its runner, and with the next runner as well', async () => {
    await killBoth(await running());
    await killBoth(await running());
    await recover({ ...host, temporary: join(folder, 'tmp') }, job.place);
    await restored();
  });

  test('stopped, is ended by the next start, which restores', async () => {
    const { runner, guardian } = await running();
    host.signal(guardian, 'SIGSTOP');
    host.signal(runner.pid, 'SIGKILL');
    await runner.exited;
    await recover({ ...host, temporary: join(folder, 'tmp') }, job.place);
    await gone(guardian);
    await restored();
  });

  test('leaves alone what somebody else has set meanwhile, and the next start says so', async () => {
    const { runner, guardian } = await running();
    const swappiness = KEYS[0] as string;
    await writeFile(swappiness, '43');
    host.signal(runner.pid, 'SIGKILL');
    await gone(guardian);
    expect((await values())[0]).toBe('43');
    const said = await recover({ ...host, temporary: join(folder, 'tmp') }, job.place);
    expect(said).toEqual([
      `Left vm.swappiness at 43: somebody changed it after loadcell had set 41; before that it was ${before[0]}.`,
    ]);
    await writeFile(swappiness, before[0] as string);
    await restored();
  });
});

test('a guardian that comes up in the place of a killed one, while its keeper is closed, is dismissed as well', async () => {
  const place = await host.makeTemporaryFolder('guardian-test-');
  const worker = join(place, 'slow.mjs');
  // It takes its time to come up, and goes when it is dismissed.
  await writeFile(
    worker,
    "process.stdin.resume().on('end', () => process.exit()); setTimeout(console.log, 300, 'up');",
  );
  const pids: number[] = [];
  const changed = async (guardian: { pid: number } | null): Promise<void> => void pids.push(guardian?.pid ?? 0);
  const job = { folder: place, owner: await ownerOf(host, host.pid), scratch: place };
  const kept = await keepGuardian(host, { worker, node: process.execPath, job, changed, say: () => {} });
  host.signal(pids[0] as number, 'SIGKILL');
  await gone(pids[0] as number);
  // The next one has been started, and is not ready.
  await host.sleep(100);
  expect(pids).toHaveLength(1);
  await kept[Symbol.asyncDispose]();
  expect(pids).toHaveLength(2);
  expect(host.signal(pids[1] as number, 0)).toBe(false);
  await rm(place, { recursive: true });
});
