import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HostError } from '../model/host.ts';
import { localHost } from './local.ts';

const host = localHost();
const root = host.user.uid === 0;
let folder = '';
beforeAll(async () => {
  folder = await host.makeTemporaryFolder('host-test-');
});
afterAll(async () => {
  await host.remove(folder);
});
const at = (name: string): string => path.join(folder, name);
const code = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'resolved',
    (error) => (error instanceof HostError ? error.code : `not a HostError: ${error}`),
  );

describe('files', () => {
  it('makes private temporary folders', async () => {
    expect((await host.stat(folder)).mode).toBe(0o700);
    expect((await host.stat(folder)).kind).toBe('folder');
  });

  it('reads procfs files, whose size says 0', async () => {
    expect(await host.readText('/proc/self/status')).toMatch(/^Name:/);
  });

  it('replaces durably, keeps the mode asked for and leaves nothing beside', async () => {
    await host.makeFolder(at('durable'));
    await host.writeDurable(at('durable/a'), 'one', 0o600);
    await host.writeDurable(at('durable/a'), 'two', 0o600);
    expect(await host.readText(at('durable/a'))).toBe('two');
    expect((await host.stat(at('durable/a'))).mode).toBe(0o600);
    expect(await host.list(at('durable'))).toEqual(['a']);
  });

  it('keeps the old content and removes its temporary file when a durable write fails', async () => {
    await host.makeFolder(at('failing/taken/inside'));
    expect(await code(host.writeDurable(at('failing/taken'), 'x'))).toMatch(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(await host.list(at('failing'))).toEqual(['taken']);
    expect(await code(host.writeDurable(at('nowhere/file'), 'x'))).toBe('ENOENT');
  });

  it('leaves a file as it was when there is no room for the rest', async () => {
    const script = `import { localHost } from ${JSON.stringify(path.join(import.meta.dirname, 'local.ts'))};
      process.on('SIGXFSZ', () => undefined);
      const host = localHost();
      const codes = [];
      await host.appendDurable('log', 'first\\n');
      await host.writeDurable('state', 'old');
      for (const write of ['appendDurable', 'writeDurable']) {
        for (const name of ['log', 'state']) await host[write](name, 'x'.repeat(100)).catch((error) => codes.push(error.code));
      }
      console.log(codes.join());`;
    await host.makeFolder(at('full'));
    // No file may grow above 50 bytes: a write takes a part and fails then, as on a full disk.
    const argv = [
      'prlimit',
      '--fsize=50',
      process.execPath,
      '--import',
      import.meta.resolve('tsx'),
      '--input-type=module',
      '-e',
      script,
    ];
    const done = await host.run(argv, { cwd: at('full'), env: { TSX_DISABLE_CACHE: '1' } });
    expect(done).toMatchObject({ stderr: '', stdout: 'EFBIG,EFBIG,EFBIG,EFBIG\n' });
    expect(await host.readText(at('full/log'))).toBe('first\n');
    expect(await host.readText(at('full/state'))).toBe('old');
    expect((await host.list(at('full'))).sort()).toEqual(['log', 'state']);
    expect(await code(host.appendDurable('/dev/full', 'x'))).toBe('ENOSPC');
  });

  it('appends durably and names the folder of a new file', async () => {
    await host.appendDurable(at('log'), 'a\n');
    await host.appendDurable(at('log'), 'b\n');
    expect(await host.readText(at('log'))).toBe('a\nb\n');
  });

  it('reads a tail without half a character', async () => {
    await host.writeText(at('tail'), 'xx√√end');
    expect(await host.readTail(at('tail'), 100)).toBe('xx√√end');
    expect(await host.readTail(at('tail'), 3)).toBe('end');
    expect(await host.readTail(at('tail'), 5)).toBe('end');
    expect(await host.readTail(at('tail'), 6)).toBe('√end');
  });

  it('appends through no link', async () => {
    await host.writeText(at('elsewhere'), 'kept');
    await host.link('elsewhere', at('linked'));
    expect(await code(host.appendDurable(at('linked'), 'more'))).toBe('ELOOP');
    await host.link('absent', at('dangling'));
    expect(await code(host.appendDurable(at('dangling'), 'more'))).toBe('ELOOP');
    expect(await host.readText(at('elsewhere'))).toBe('kept');
    expect(await host.exists(at('absent'))).toBe(false);
  });

  it('replaces links, and removes a link instead of what it points to', async () => {
    await host.writeText(at('target'), 'kept');
    await host.link('target', at('latest'));
    await host.link('other', at('latest'));
    expect(await host.readLink(at('latest'))).toBe('other');
    await host.link('target', at('latest'));
    await host.remove(at('latest'));
    await host.remove(at('latest'));
    expect(await host.readText(at('target'))).toBe('kept');
  });

  it('gives the errno of what failed', async () => {
    expect(await code(host.readText(at('missing')))).toBe('ENOENT');
    expect(await code(host.readText(folder))).toBe('EISDIR');
    expect(await code(host.list(at('missing')))).toBe('ENOENT');
    expect(await code(host.readLink(folder))).toBe('EINVAL');
    expect(await code(host.writeKernel(at('missing'), '1'))).toBe('ENOENT');
    expect(await host.exists(at('missing'))).toBe(false);
    expect(await host.exists(path.join(at('target'), 'below-a-file'))).toBe(false);
    expect(await host.canWrite(at('missing'))).toBe(false);
    expect(await host.canWrite(at('log'))).toBe(true);
  });

  it.skipIf(!root)('gives EINVAL of the kernel for a value it refuses (needs root; nothing changes)', async () => {
    // The smallest backlog is 0: a negative one is refused whole, by a single-number key.
    const before = await host.readText('/proc/sys/net/core/somaxconn');
    expect(await code(host.writeKernel('/proc/sys/net/core/somaxconn', '-1'))).toBe('EINVAL');
    expect(await host.readText('/proc/sys/net/core/somaxconn')).toBe(before);
  });
});

describe('processes', () => {
  it('gives exit code, output and environment', async () => {
    const done = await host.run(['sh', '-c', 'cat; echo "$MARK"; pwd; echo err >&2; exit 3'], {
      stdin: 'in\n',
      env: { MARK: 'mark' },
      cwd: '/',
    });
    expect(done).toEqual({ code: 3, signal: null, stdout: 'in\nmark\n/\n', stderr: 'err\n', timedOut: false });
  });

  it('gives the signal that ended a process', async () => {
    expect(await host.run(['sh', '-c', 'kill -USR1 $$'])).toMatchObject({ code: null, signal: 'SIGUSR1' });
  });

  it('says which of program and folder is missing', async () => {
    expect(await code(host.run(['no-such-program-here']))).toBe('ENOENT');
    await expect(host.run(['true'], { cwd: at('missing') })).rejects.toThrow(/no folder .*missing/);
    expect(await code(host.run([]))).toBe('EINVAL');
  });

  it('kills the whole group at the deadline', async () => {
    const done = await host.run(['sh', '-c', 'sleep 300 & echo $!; wait'], { timeoutMs: 300 });
    expect(done).toMatchObject({ timedOut: true, signal: 'SIGKILL' });
    await gone(Number(done.stdout));
  });

  it('kills the whole group on abort', async () => {
    const abort = new AbortController();
    const running = host.run(['sh', '-c', 'sleep 300'], { signal: abort.signal });
    await host.sleep(50);
    abort.abort();
    expect(await code(running)).toBe('ECANCELED');
    expect(await code(host.run(['true'], { signal: abort.signal }))).toBe('ECANCELED');
  });

  it('does not wait for a daemon that keeps the pipe', async () => {
    const daemon = await host.spawn({ argv: ['sh', '-c', 'sleep 300 & echo $!'], stdout: { collect: true } });
    const done = await daemon.exited;
    expect(done.code).toBe(0);
    host.signal(Number(done.stdout), 'SIGKILL');
    await gone(Number(done.stdout));
  });

  it('calls back every whole line, those before the call too', async () => {
    const child = await host.spawn({
      argv: ['sh', '-c', 'echo one; read -r x; printf "two\\nthr"; read -r x; printf "ee\\nlast"'],
      stdin: { pipe: true },
      stdout: { collect: true },
    });
    while (child.stdoutSoFar() === '') await host.sleep(5);
    const lines: string[] = [];
    child.onLine((line) => lines.push(line));
    expect(lines).toEqual(['one']);
    child.write('\n');
    while (child.stdoutSoFar().length < 10) await host.sleep(5);
    expect(lines).toEqual(['one', 'two']);
    child.write('\n');
    child.endStdin();
    await child.exited;
    expect(lines).toEqual(['one', 'two', 'three', 'last']);
  });

  it('bounds what it keeps and reads on, lines included', async () => {
    const child = await host.spawn({
      argv: ['sh', '-c', 'seq 1 100000; echo end'],
      stdout: { collect: true, limitBytes: 100 },
    });
    let last = '';
    child.onLine((line) => {
      last = line;
    });
    const done = await child.exited;
    expect(done).toMatchObject({ code: 0 });
    expect(Buffer.byteLength(done.stdout)).toBe(100);
    expect(last).toBe('end');
  });

  it('bounds a file that a process writes to, and appends to what is there', async () => {
    await host.writeText(at('server.log'), 'before\n');
    const child = await host.spawn({
      argv: ['sh', '-c', 'seq 1 200000; echo err >&2'],
      stdout: { file: at('server.log'), limitBytes: 1000 },
      stderr: { collect: true },
    });
    expect((await child.exited).stderr).toBe('err\n');
    const text = await host.readText(at('server.log'));
    expect(text).toHaveLength(1000);
    expect(text.startsWith('before\n1\n2\n')).toBe(true);
  });

  it('starts a new session when asked', async () => {
    const child = await host.spawn({
      argv: ['sh', '-c', 'cut -d" " -f1,6 /proc/self/stat; echo $$'],
      stdout: { collect: true },
      newSession: true,
    });
    const [stat, shell] = (await child.exited).stdout.trim().split('\n');
    expect(stat?.split(' ')[1]).toBe(shell);
    expect(Number(shell)).toBe(child.pid);
  });

  it('signals, and tells the living from the gone and from zombies', async () => {
    const child = await host.spawn({ argv: ['sleep', '300'] });
    expect(host.signal(child.pid, 0)).toBe(true);
    expect(host.signal(child.pid, 'SIGTERM')).toBe(true);
    expect(await child.exited).toMatchObject({ code: null, signal: 'SIGTERM' });
    expect(host.signal(child.pid, 0)).toBe(false);
    expect(() => host.signal(-1, 'SIGTERM')).toThrow(HostError);
    expect(() => host.signal(0, 'SIGTERM')).toThrow(HostError);
    expect(host.signal(1, 0)).toBe(true);
    expect(() => host.signal(1, 'SIGTERM')).toThrow(HostError);

    // A parent that never waits: its dead child stays in the table as a zombie.
    const parent = await host.spawn({
      argv: [
        'python3',
        '-c',
        'import os,time\np=os.fork()\nif p==0: os._exit(0)\nprint(p,flush=True)\ntime.sleep(300)',
      ],
      stdout: { collect: true },
    });
    const zombie = await new Promise<number>((resolve) => parent.onLine((line) => resolve(Number(line))));
    while (!(await host.readText(`/proc/${zombie}/stat`)).includes(') Z ')) await host.sleep(5);
    expect(host.signal(zombie, 0)).toBe(false);
    host.signal(parent.pid, 'SIGKILL');
    await parent.exited;
  });
});

it('knows its own pid, user and clocks', async () => {
  expect(host.pid).toBe(process.pid);
  expect(host.user.uid).toBe(os.userInfo().uid);
  const before = host.monotonicNs();
  await host.sleep(2);
  expect(host.monotonicNs() > before).toBe(true);
  await expect(host.sleep(10_000, AbortSignal.abort())).rejects.toThrow();
  expect(Math.abs(host.now() - Date.now())).toBeLessThan(1000);
});

async function gone(pid: number): Promise<void> {
  while (host.signal(pid, 0)) await host.sleep(5);
}
