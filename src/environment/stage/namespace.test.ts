import fs from 'node:fs/promises';
import net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../../model/host.ts';
import type { Tweak } from '../../model/plan.ts';
import { daemon, fixture, host, options, prepare, sleepers, uniqueSleep, until } from './fixtures/kit.ts';
import { openStage, type StageOptions } from './open.ts';
import { probeIsolation } from './probe.ts';
import { childrenOf } from './process-tree.ts';

const found = await probeIsolation(host);
if (!found.namespace) console.warn(`skipped: no namespaces here: ${found.reason}`);

let kit: Awaited<ReturnType<typeof prepare>>;
beforeAll(async () => {
  kit = await prepare();
});
afterAll(() => kit.remove());
const open = (more: Partial<StageOptions> = {}, on: Host = host) =>
  openStage(on, options(kit.worker, { rootless: found.rootless, ...more }));

const tweak = (key: string, value: string): Tweak => ({
  path: `/proc/sys/${key.replaceAll('.', '/')}`,
  value,
  control: 'sysctl',
  setting: `sysctl.${key}`,
  scope: 'namespace',
  optional: false,
});
const collect = { collect: true } as const;

describe.skipIf(!found.namespace)('a stage in namespaces', () => {
  it('ends a daemon that forked twice into a session of its own', async () => {
    const sleep = uniqueSleep();
    const stage = await open();
    expect((await stage.run(daemon(sleep))).code).toBe(0);
    const [pid] = await sleepers(sleep);
    expect(await stage.processes()).toEqual([pid]);
    await stage[Symbol.asyncDispose]();
    expect(await sleepers(sleep)).toEqual([]);
    expect(await stage.processes()).toEqual([]);
  });

  it('lets no process and no namespace outlive a SIGKILL of who opened it', async () => {
    const sleep = uniqueSleep();
    const opener = await host.spawn({
      argv: fixture('opener.worker.ts', 'namespace', sleep),
      stdout: collect,
      stderr: collect,
    });
    const said = await Promise.race([line(opener), opener.exited.then((end) => Promise.reject(new Error(end.stderr)))]);
    const { pids } = JSON.parse(said) as { pids: number[] };
    expect(pids).toHaveLength(2);
    const outer = await childrenOf(host, opener.pid);
    const namespace = await host.readLink(`/proc/${pids[0]}/ns/net`);
    host.signal(opener.pid, 'SIGKILL');
    await opener.exited;
    await until('every process is gone', async () => [...pids, ...outer].every((pid) => !host.signal(pid, 0)));
    expect(await sleepers(sleep)).toEqual([]);
    expect(await namespaceUsers(namespace)).toEqual([]);
  });

  it('passes arguments, folder, environment, input, exit code and signal through', async () => {
    await using stage = await open();
    const child = await stage.spawn({
      argv: ['sh', '-c', 'pwd; echo "$MARK" "$1"; cat; echo err >&2; exit 7', 'sh', 'a b$(id)'],
      cwd: kit.folder,
      env: { MARK: '*' },
      stdin: 'in\n',
      stdout: collect,
      stderr: collect,
    });
    expect(await child.exited).toEqual({
      code: 7,
      signal: null,
      stdout: `${kit.folder}\n* a b$(id)\nin\n`,
      stderr: 'err\n',
      timedOut: false,
    });
    expect((await stage.run(['pwd'])).stdout.trim()).toBe(process.cwd());
    expect((await stage.run(['cat'])).stdout).toBe('');
    expect(await stage.run(['sh', '-c', 'kill -SEGV $$'])).toMatchObject({ code: null, signal: 'SIGSEGV' });
    expect((await stage.run(['no-such-program'])).code).toBe(127);
    expect(await stage.run(['sh', '-c', 'sleep 600 & sleep 600'], { timeoutMs: 200 })).toMatchObject({
      timedOut: true,
      signal: 'SIGKILL',
    });
    await expect(stage.spawn({ argv: ['true'], cwd: '/no/such/folder' })).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('gives the pid of the program itself, which signals reach', async () => {
    await using stage = await open();
    const child = await stage.spawn({
      argv: ['sh', '-c', 'trap "echo got it; exit 5" TERM; echo ready; while :; do sleep 0.01; done'],
      stdout: collect,
    });
    expect(await line(child)).toBe('ready');
    const command = await host.readText(`/proc/${child.pid}/cmdline`);
    expect(command.startsWith('sh\0-c\0trap')).toBe(true);
    host.signal(child.pid, 'SIGTERM');
    expect(await child.exited).toMatchObject({ code: 5, stdout: 'ready\ngot it\n' });
    const other = await stage.spawn({ argv: ['sleep', '600'] });
    host.signal(other.pid, 'SIGTERM');
    expect(await other.exited).toMatchObject({ code: null, signal: 'SIGTERM' });
  });

  it('knows the pid of programs that live for a moment only, many at once', async () => {
    await using stage = await open();
    const children = await Promise.all(Array.from({ length: 20 }, () => stage.spawn({ argv: ['true'] })));
    expect(new Set(children.map((child) => child.pid)).size).toBe(20);
    for (const child of children) expect((await child.exited).code).toBe(0);
  });

  it('has a process table of its own and leaves no zombie', async () => {
    await using stage = await open();
    expect((await stage.run(['sh', '-c', 'ls /proc | grep -c "^[0-9]"'])).stdout.trim()).toMatch(/^[2-5]$/);
    // Orphans of a shell that ends first belong to process 1.
    await stage.run(['sh', '-c', 'for i in 1 2 3 4 5; do (sleep 0.05 &); done']);
    await host.sleep(150);
    const inside = await stage.run(['sh', '-c', 'cat /proc/[0-9]*/stat']);
    expect(inside.stdout).not.toContain(') Z ');
    expect(await stage.processes()).toEqual([]);
  });

  it('sets what is asked inside and nothing on the host', async () => {
    const before = await hostSysctls();
    await using stage = await open({
      tweaks: [
        tweak('net.core.somaxconn', '77'),
        tweak('net.ipv4.tcp_rmem', '4096  65536\t200000'),
        tweak('net.ipv4.tcp_fin_timeout', 'soon'),
        tweak('net.ipv4.tcp_mem', '1 2 3'),
        tweak('kernel.pid_max', '1'),
        { ...tweak('x', '1'), path: '/proc/sys/net/../kernel/pid_max', setting: 'sysctl.sneaky' },
      ],
    });
    const proofs = Object.fromEntries(stage.proofs.map((proof) => [proof.setting, proof]));
    expect(proofs['sysctl.net.core.somaxconn']).toMatchObject({ asked: '77', during: '77', held: true, detail: null });
    expect(proofs['sysctl.net.ipv4.tcp_rmem']).toMatchObject({ during: '4096\t65536\t200000', held: true });
    expect(proofs['sysctl.net.ipv4.tcp_fin_timeout']).toMatchObject({
      held: false,
      detail: expect.stringContaining('EINVAL'),
    });
    expect(proofs['sysctl.net.ipv4.tcp_mem']).toMatchObject({ held: false, before: null });
    expect(proofs['sysctl.kernel.pid_max']).toMatchObject({ held: false, detail: expect.stringContaining('EPERM') });
    expect(proofs['sysctl.sneaky']).toMatchObject({ held: false, detail: expect.stringContaining('EPERM') });
    expect((await stage.run(['cat', '/proc/sys/net/core/somaxconn'])).stdout).toBe('77\n');
    expect(await hostSysctls()).toEqual(before);
  });

  it("copies the host's values in where they differ, and lets the experiment's win", async () => {
    const changed: Host = {
      ...host,
      readText: async (path) =>
        path.endsWith('/tcp_max_syn_backlog') ? '12345\n' : path.endsWith('/somaxconn') ? '999\n' : host.readText(path),
    };
    await using stage = await open(
      {
        tweaks: [tweak('net.core.somaxconn', '55')],
        copyHost: [
          '/proc/sys/net/ipv4/tcp_max_syn_backlog',
          '/proc/sys/net/ipv4/tcp_syn_retries',
          '/proc/sys/net/core/somaxconn',
          '/proc/sys/net/ipv4/not_on_this_kernel',
        ],
      },
      changed,
    );
    const read = async (name: string) => (await stage.run(['cat', `/proc/sys/net/${name}`])).stdout.trim();
    expect(await read('ipv4/tcp_max_syn_backlog')).toBe('12345');
    expect(await read('core/somaxconn')).toBe('55');
    // What did not differ was not written and is not in the record.
    expect(stage.record.copied).toEqual({ 'net.ipv4.tcp_max_syn_backlog': '12345', 'net.core.somaxconn': '999' });
    expect(stage.proofs).toMatchObject([
      { setting: 'sysctl.net.core.somaxconn', before: '999', during: '55', held: true },
    ]);
  });

  it('has a loopback that is reached inside and not from outside, and counters that are read from outside', async () => {
    await using stage = await open();
    expect(stage.record).toMatchObject({ kind: 'namespace', rootless: found.rootless, timeWaitBefore: 0 });
    expect(await counter(stage.netRoot, 'PassiveOpens')).toBe(0);
    const server = await stage.spawn({
      argv: [
        process.execPath,
        '-e',
        `require('node:net').createServer((s) => s.end('hello')).listen(0, '${stage.address}', function () { console.log(this.address().port) })`,
      ],
      stdout: collect,
    });
    const port = await line(server);
    const ask = `require('node:net').connect(${port}, '${stage.address}').pipe(process.stdout)`;
    expect((await stage.run([process.execPath, '-e', ask], { side: 'generator' })).stdout).toBe('hello');
    expect(await outside(Number(port), stage.address)).toBe('ECONNREFUSED');
    expect(await counter(stage.netRoot, 'PassiveOpens')).toBe(1);
    expect(await stage.processes()).toEqual([server.pid]);
  });

  it('closes once, twice, and after its process 1 has died', async () => {
    const once = await open();
    await Promise.all([once[Symbol.asyncDispose](), once[Symbol.asyncDispose]()]);
    await once[Symbol.asyncDispose]();
    await expect(once.spawn({ argv: ['true'] })).rejects.toMatchObject({ code: 'ESRCH' });

    const dead = await open();
    const child = await dead.spawn({ argv: ['sleep', '600'] });
    host.signal(Number(/\d+/.exec(dead.netRoot)?.[0]), 'SIGKILL');
    expect(await child.exited).toMatchObject({ signal: 'SIGKILL' });
    await expect(dead.spawn({ argv: ['true'] })).rejects.toMatchObject({ code: 'ESRCH' });
    await dead[Symbol.asyncDispose]();
  });

  it('says why it cannot be opened, and leaves nothing', async () => {
    const before = await childrenOf(host, process.pid);
    await expect(open({ tweaks: [tweak('net.core.somaxconn', '1')], worker: '/no/such/worker.mjs' })).rejects.toThrow(
      /did not open: .*worker/s,
    );
    expect(await childrenOf(host, process.pid)).toEqual(before);
  });
});

it('says why namespaces cannot be had', async () => {
  const refused: Host = {
    ...host,
    user: { uid: 1000, name: 'someone' },
    readText: async (path) => (path.endsWith('apparmor_restrict_unprivileged_userns') ? '1\n' : host.readText(path)),
    spawn: (spec) =>
      host.spawn({
        ...spec,
        argv: ['sh', '-c', 'echo "unshare: unshare failed: Operation not permitted" >&2; exit 1'],
      }),
  };
  const { namespace, reason } = await probeIsolation(refused);
  expect(namespace).toBe(false);
  expect(reason).toContain('unshare failed: Operation not permitted');
  expect(reason).toContain('/proc/sys/kernel/apparmor_restrict_unprivileged_userns is 1');
});

describe.skipIf(!found.namespace)('without iproute2', () => {
  it('a loopback is brought up by perl, which Debian always has', async () => {
    await using without = await hostWithout('ip', 'tc');
    expect(await probeIsolation(without)).toMatchObject({ namespace: true });
    await using stage = await open({}, without);
    const reached = "require('net').connect(9, '127.0.0.1').on('error', (error) => console.log(error.code))";
    expect((await stage.run([process.execPath, '-e', reached])).stdout.trim()).toBe('ECONNREFUSED');
  });

  it('nor perl, the missing command and its package are named', async () => {
    await using without = await hostWithout('ip', 'perl');
    const { namespace, reason } = await probeIsolation(without);
    expect(namespace).toBe(false);
    expect(reason).toContain('the ip command is missing: apt-get install -y iproute2');
  });

  it('a shaped link names what it lacks', async () => {
    const shaped = { network: { rateMbit: 100, lossPercent: 1 } };
    for (const [command, name] of [
      ['ip', 'iproute2'],
      ['tc', 'iproute2'],
      ['nft', 'nftables'],
    ] as const) {
      await using without = await hostWithout(command);
      await expect(open(shaped, without)).rejects.toThrow(
        `the ${command} command is missing: apt-get install -y ${name}`,
      );
    }
  });
});

/** This machine with these programs on no PATH. */
async function hostWithout(...names: string[]): Promise<Host & AsyncDisposable> {
  const folder = await host.makeTemporaryFolder('stage-path-');
  for (const from of ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin']) {
    for (const name of await host.list(from).catch(() => [])) {
      if (!names.includes(name)) await host.link(`${from}/${name}`, `${folder}/${name}`);
    }
  }
  await fs.chmod(folder, 0o755);
  return {
    ...host,
    spawn: (spec) => host.spawn({ ...spec, env: { ...spec.env, PATH: folder } }),
    [Symbol.asyncDispose]: () => host.remove(folder),
  };
}

const line = (child: { onLine(listener: (line: string) => void): void }): Promise<string> =>
  new Promise((resolve) => child.onLine(resolve));

/** Errno of a connection attempt from here. */
const outside = (port: number, address: string): Promise<string> =>
  new Promise((resolve) => {
    const socket = net.connect(port, address, () => resolve('connected'));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
  });

async function counter(netRoot: string, name: string): Promise<number> {
  const [names, values] = (await host.readText(`${netRoot}/snmp`)).split('\n').filter((one) => one.startsWith('Tcp:'));
  return Number(values?.split(' ')[names?.split(' ').indexOf(name) ?? -1]);
}

async function hostSysctls(): Promise<string[]> {
  const keys = [
    'net/core/somaxconn',
    'net/ipv4/tcp_rmem',
    'net/ipv4/tcp_fin_timeout',
    'net/ipv4/tcp_mem',
    'kernel/pid_max',
  ];
  return Promise.all(keys.map((key) => host.readText(`/proc/sys/${key}`)));
}

async function namespaceUsers(namespace: string): Promise<string[]> {
  const pids = (await fs.readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const links = await Promise.all(pids.map((pid) => fs.readlink(`/proc/${pid}/ns/net`).catch(() => '')));
  return pids.filter((_, index) => links[index] === namespace);
}
