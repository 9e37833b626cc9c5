import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Host, HostError } from '../../model/host.ts';
import { sweepAbandoned } from './abandoned.ts';
import { daemon, fixture, host, isRoot, options, prepare, sleepers, uniqueSleep, until } from './fixtures/kit.ts';
import { makeGroup } from './groups.ts';
import { markFor, markPrefix, marksHere, ownerInMark, START_MODULUS } from './marks.ts';
import { openStage, type StageOptions } from './open.ts';
import { isAlive, ownerInName, ownerOf, stageName } from './owner.ts';
import { childrenOf } from './process-tree.ts';
import { drained } from './sockets.ts';

let kit: Awaited<ReturnType<typeof prepare>>;
beforeAll(async () => {
  kit = await prepare();
});
afterAll(() => kit.remove());

/** This host without a writable control group tree, as most ordinary users have it. */
const withoutGroups: Host = {
  ...host,
  makeFolder: (path) => Promise.reject(new HostError(`no ${path}`, 'EROFS', path)),
};
const trial = await makeGroup(host, `loadcell-test-${process.pid}`);
if (trial === null) console.warn('skipped: no writable cgroup v2 tree here');
else await host.run(['rmdir', trial]);

const hasNginx = await host.run(['nginx', '-v']).then(
  () => true,
  () => false,
);
if (!hasNginx) console.warn('skipped: no nginx here');

const open = (on: Host, more: Partial<StageOptions> = {}) =>
  openStage(on, options(kit.worker, { isolation: 'host', ...more }));
const collect = { collect: true } as const;

describe.each([
  ['a control group', host, trial !== null, 'groups'],
  ['marks', withoutGroups, true, 'marks'],
] as const)('a stage on the host, held together by %s', (_name, on, possible, how) => {
  it.skipIf(!possible)('ends a daemon that forked twice and dropped its environment', async () => {
    const sleep = uniqueSleep();
    const stage = await open(on);
    const server = await stage.spawn({ argv: ['sleep', sleep] });
    await stage.run(daemon(sleep));
    const pids = await sleepers(sleep);
    expect(pids).toContain(server.pid);
    expect(pids).toHaveLength(2);
    expect((await stage.processes()).sort()).toEqual(pids.sort());
    await Promise.all([stage[Symbol.asyncDispose](), stage[Symbol.asyncDispose]()]);
    expect(await sleepers(sleep)).toEqual([]);
    expect(await server.exited).toMatchObject({ signal: 'SIGKILL' });
    expect(await groupsLeft()).toEqual([]);
    await expect(stage.spawn({ argv: ['true'] })).rejects.toMatchObject({ code: 'ESRCH' });
  });

  it.skipIf(!possible)('ends what it started when who opened it gets SIGKILL', async () => {
    const sleep = uniqueSleep();
    const opener = await host.spawn({
      argv: fixture('opener.worker.ts', 'host', sleep, how),
      stdout: collect,
      stderr: collect,
    });
    const said = new Promise<string>((resolve) => opener.onLine(resolve));
    await Promise.race([said, opener.exited.then((end) => Promise.reject(new Error(end.stderr)))]);
    expect(await sleepers(sleep)).toHaveLength(2);
    host.signal(opener.pid, 'SIGKILL');
    await opener.exited;
    await until('every process is gone', async () => (await sleepers(sleep)).length === 0);
    await until('the group is gone', async () => (await groupsLeft()).length === 0);
  });

  it.skipIf(!possible)('can be swept by the next run when the keeper got SIGKILL too, and only then', async () => {
    const sleep = uniqueSleep();
    const opener = await host.spawn({ argv: fixture('opener.worker.ts', 'host', sleep, how), stdout: collect });
    await new Promise<string>((resolve) => opener.onLine(resolve));
    const children = await childrenOf(host, opener.pid);
    const commands = await Promise.all(children.map((pid) => host.readText(`/proc/${pid}/cmdline`)));
    const keeper = children[commands.findIndex((command) => command.includes('keeper.sh'))] ?? 0;

    // Other runs on this machine may be dying just now: only what this one left counts.
    const swept = async (): Promise<string[]> =>
      (await sweepAbandoned(host)).filter((name) => name.includes(String(opener.pid)));
    expect(await swept()).toEqual([]);
    expect(await sleepers(sleep)).toHaveLength(2);
    host.signal(keeper, 'SIGKILL');
    host.signal(opener.pid, 'SIGKILL');
    await opener.exited;
    await until('the keeper is gone', async () => !host.signal(keeper, 0));
    expect(await sleepers(sleep)).toHaveLength(2);

    await using living = await open(on);
    const stays = await living.spawn({ argv: ['sleep', '600'] });
    expect(await swept()).toHaveLength(1);
    expect(await sleepers(sleep)).toEqual([]);
    expect(host.signal(stays.pid, 0)).toBe(true);
    expect(await swept()).toEqual([]);
  });

  it.skipIf(!possible)('passes everything through', async () => {
    await using stage = await open(on);
    const child = await stage.spawn({
      argv: ['sh', '-c', 'pwd; echo "$MARK"; cat; exit 7'],
      cwd: kit.folder,
      env: { MARK: 'mark' },
      stdin: 'in\n',
      stdout: collect,
    });
    expect(await child.exited).toMatchObject({ code: 7, stdout: `${kit.folder}\nmark\nin\n` });
    expect(await stage.run(['sh', '-c', 'kill -USR1 $$'])).toMatchObject({ code: null, signal: 'SIGUSR1' });
    const slow = await stage.spawn({ argv: ['sleep', '600'] });
    await until(
      'it is the program',
      async () => (await host.readText(`/proc/${slow.pid}/cmdline`)) === 'sleep\x00600\x00',
    );
    host.signal(slow.pid, 'SIGINT');
    expect(await slow.exited).toMatchObject({ signal: 'SIGINT' });
    expect(await stage.processes()).toEqual([]);
  });

  it.skipIf(!possible)('ends everything although its keeper was killed', async () => {
    const sleep = uniqueSleep();
    const keepers: number[] = [];
    const watching: Host = {
      ...on,
      spawn: async (spec) => {
        const child = await on.spawn(spec);
        if (spec.argv.some((word) => word.endsWith('keeper.sh'))) keepers.push(child.pid);
        return child;
      },
    };
    const stage = await open(watching);
    await stage.run(daemon(sleep));
    host.signal(keepers[0] ?? 0, 'SIGKILL');
    await until('the keeper is gone', async () => !host.signal(keepers[0] ?? 0, 0));
    await stage[Symbol.asyncDispose]();
    expect(await sleepers(sleep)).toEqual([]);
    expect(await groupsLeft()).toEqual([]);
  });
});

it.skipIf(!hasNginx)('keeps hold by its mark of a real daemon that overwrites its environment', async () => {
  const config = `daemon on; pid ${kit.folder}/nginx.pid; error_log /dev/null; events {} http { access_log off; server { listen unix:${kit.folder}/nginx.sock; } }`;
  await host.writeText(`${kit.folder}/nginx.conf`, config);
  const stage = await open(withoutGroups);
  const started = await stage.run(['nginx', '-p', kit.folder, '-c', `${kit.folder}/nginx.conf`]);
  expect(started).toMatchObject({ code: 0, stderr: '' });
  const pids = await stage.processes();
  expect(pids.length).toBeGreaterThanOrEqual(2);
  const master = Number(await host.readText(`${kit.folder}/nginx.pid`));
  expect(pids).toContain(master);
  expect(await host.readText(`/proc/${master}/environ`)).not.toContain('LOADCELL_STAGE');
  await stage[Symbol.asyncDispose]();
  expect(pids.filter((pid) => host.signal(pid, 0))).toEqual([]);
});

it('shows that it is the host, and refuses what would not be private', async () => {
  await using stage = await open(host);
  expect(stage).toMatchObject({ kind: 'host', address: '127.0.0.1', netRoot: `/proc/${host.pid}/net`, proofs: [] });
  expect(stage.record).toMatchObject({ kind: 'host', rootless: false, copied: {} });
  const tweaks = [
    {
      path: '/proc/sys/net/core/somaxconn',
      value: '1',
      control: 's',
      setting: 'sysctl.x',
      scope: 'namespace' as const,
      optional: false,
    },
  ];
  await expect(open(host, { tweaks })).rejects.toThrow(/no settings of its own \(sysctl\.x\)/);
  await expect(open(host, { network: {} })).rejects.toThrow(/needs namespaces/);
});

describe('waiting for TIME_WAIT of the trial before', () => {
  const draining = (values: number[]): Host => ({
    ...host,
    readText: async () =>
      `sockets: used 1\nTCP: inuse 5 orphan 0 tw ${values.length > 1 ? values.shift() : values[0]} alloc 9 mem 1\n`,
    sleep: (_ms, signal) => host.sleep(1, signal),
  });

  it('goes on as soon as few are left', async () => {
    expect(await drained(draining([9000, 4000, 600]), '/proc/1/net', 60_000)).toBe(600);
  });

  it('says how many were left when they did not go', async () => {
    expect(await drained(draining([9000]), '/proc/1/net', 20)).toBe(9000);
    expect(await drained(draining([9000]), '/proc/1/net', 0)).toBe(9000);
  });

  it('is over at once when the run is interrupted', async () => {
    const interrupt = new AbortController();
    const waiting = drained(draining([9000]), '/proc/1/net', 3_600_000, interrupt.signal);
    interrupt.abort();
    await expect(waiting).rejects.toThrow(/aborted/);
  });
});

if (!isRoot) console.warn('not root: control groups can only be tested where they are delegated');

async function groupsLeft(): Promise<string[]> {
  const { stdout } = await host.run(['find', '/sys/fs/cgroup', '-name', 'loadcell-test-*', '-type', 'd']);
  return stdout.split('\n').filter(Boolean);
}

it('sees the marks of what it may end: root of all, an ordinary user of its own', async () => {
  const mark = markFor(await ownerOf(host, host.pid), 'x');
  const marked = await host.spawn({ argv: [...markPrefix(mark), 'sleep', '600'] });
  try {
    const seenBy = async (uid: number): Promise<boolean> =>
      (await marksHere({ ...host, user: { uid, name: 'somebody' } })).some(({ number }) => number === mark.number);
    await until('it is marked', () => seenBy(0));
    expect(await seenBy(host.user.uid)).toBe(true);
    expect(await seenBy(64_123)).toBe(false);
  } finally {
    host.signal(marked.pid, 'SIGKILL');
    await marked.exited;
  }
});

it('takes process 1 for alive, as which a run in a container may be started', async () => {
  const first = await ownerOf(host, 1);
  expect(await isAlive(host, first)).toBe(true);
  expect(await isAlive(host, { ...first, start: first.start + 1 })).toBe(false);
});

it('knows the owner again from a name and from a mark', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 22 - 1 }), fc.nat(), fc.string(), (pid, start, runId) => {
      const name = stageName(runId, { pid, start });
      expect(name).toMatch(/^[\w-]+$/);
      expect(ownerInName(name)).toEqual({ pid, start });
      const { number } = markFor({ pid, start }, name);
      expect(ownerInMark(Number(number))).toEqual({ pid, start: start % START_MODULUS });
    }),
  );
  expect(ownerInName('user.slice')).toBe(null);
  expect(ownerInMark(200_000)).toBe(null);
});
