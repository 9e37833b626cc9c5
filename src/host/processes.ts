import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import { type Finished, HostError, type Running, type RunOptions, type SpawnSpec } from '../model/host.ts';
import { asHostError, codeOf } from './errors.ts';
import { type OpenSink, openSink } from './sinks.ts';

/** A daemon may keep a child's pipe open for ever; the child's own end counts this long after its exit. */
const GRACE_MS = 250;
const RUN_TIMEOUT_MS = 60_000;
const RUN_LIMIT = 64 * 1024 * 1024;

/** Starts a process, always from the main thread: a parent-death signal follows the thread that spawned. */
export async function spawnLocal(spec: SpawnSpec): Promise<Running> {
  const [command, ...args] = spec.argv;
  if (command === undefined || command === '') throw new HostError('cannot start: empty argv', 'EINVAL');
  const sinks: OpenSink[] = [];
  try {
    sinks.push(await openSink(spec.stdout));
    sinks.push(await openSink(spec.stderr));
    const [out, err] = sinks as [OpenSink, OpenSink];
    const child = spawn(command, args, {
      cwd: spec.cwd,
      env: { ...process.env, ...spec.env },
      stdio: [spec.stdin === undefined ? 'ignore' : 'pipe', out.stdio, err.stdio],
      detached: spec.newSession ?? false,
    });
    const ended = whenEnded(child);
    await whenSpawned(child);
    if (child.stdout) out.collector?.attach(child.stdout);
    if (child.stderr) err.collector?.attach(child.stderr);
    return running(child, spec, out, err, ended);
  } catch (cause) {
    for (const sink of sinks) await sink.close();
    throw await named(cause, command, spec.cwd);
  }
}

function running(child: ChildProcess, spec: SpawnSpec, out: OpenSink, err: OpenSink, ended: Promise<End>): Running {
  const { stdin } = child;
  // EPIPE when the child has gone or does not read: its exit tells.
  stdin?.on('error', () => undefined);
  if (typeof spec.stdin === 'string') stdin?.end(spec.stdin);
  const exited = ended.then(async ({ code, signal }): Promise<Finished> => {
    await Promise.all([out.close(), err.close()]);
    stdin?.destroy();
    return {
      code,
      signal,
      stdout: out.collector?.text() ?? '',
      stderr: err.collector?.text() ?? '',
      timedOut: false,
    };
  });
  return {
    pid: child.pid as number,
    exited,
    stdoutSoFar: () => out.collector?.text() ?? '',
    stderrSoFar: () => err.collector?.text() ?? '',
    onLine(listener) {
      if (out.collector === null) throw new HostError('onLine needs stdout: {collect: true}', 'EINVAL');
      out.collector.onLine(listener);
    },
    write: (text) => void (stdin?.writable && stdin.write(text)),
    endStdin: () => void (stdin?.writable && stdin.end()),
  };
}

interface End {
  code: number | null;
  signal: string | null;
}

/** The process's end, once its output has been read or `GRACE_MS` later. Listens at once: a short life is missed otherwise. */
function whenEnded(child: ChildProcess): Promise<End> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      const timer = setTimeout(resolve, GRACE_MS, { code, signal });
      child.once('close', () => {
        clearTimeout(timer);
        resolve({ code, signal });
      });
    });
  });
}

const whenSpawned = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.on('error', reject);
  });

/** ENOENT is the program's or the folder's: say which. */
async function named(cause: unknown, command: string, cwd: string | undefined): Promise<HostError> {
  if (codeOf(cause) === 'ENOENT' && cwd !== undefined) {
    const there = await fs.access(cwd).then(
      () => true,
      () => false,
    );
    if (!there) return new HostError(`cannot start ${command}: no folder ${cwd}`, 'ENOENT', cwd, { cause });
  }
  return asHostError(cause, 'cannot start', command);
}

/** Runs to completion. At the deadline or on abort the whole process group is killed. */
export async function runLocal(argv: readonly string[], options: RunOptions = {}): Promise<Finished> {
  if (options.signal?.aborted) throw new HostError(`${argv[0]} was not started: cancelled`, 'ECANCELED');
  const sink = { collect: true, limitBytes: RUN_LIMIT } as const;
  const child = await spawnLocal({
    argv,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
    stdout: sink,
    stderr: sink,
    newSession: true,
  });
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    killGroup(child.pid);
  }, options.timeoutMs ?? RUN_TIMEOUT_MS);
  const onAbort = (): void => killGroup(child.pid);
  options.signal?.addEventListener('abort', onAbort, { once: true });
  if (options.signal?.aborted) onAbort();
  try {
    const finished = await child.exited;
    if (options.signal?.aborted) throw new HostError(`${argv[0]} was cancelled`, 'ECANCELED');
    return { ...finished, timedOut };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', onAbort);
  }
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

/**
 * Sends a signal to one process. False when there is none or only a zombie's pid is left: kill(2) succeeds on zombies.
 * `EPERM` rejects for a real signal; for 0 it proves that the process is there.
 */
export function signalLocal(pid: number, signal: NodeJS.Signals | 0): boolean {
  // 0 and negative numbers mean groups, and -1 everybody. Process 1 can be asked for: in a container it may be a run.
  if (!Number.isSafeInteger(pid) || pid < 1 || (pid === 1 && signal !== 0))
    throw new HostError(`not a process id to signal: ${pid}`, 'EINVAL');
  if (isZombie(pid)) return false;
  try {
    process.kill(pid, signal);
    return true;
  } catch (cause) {
    if (codeOf(cause) === 'ESRCH') return false;
    if (codeOf(cause) === 'EPERM' && signal === 0) return true;
    throw asHostError(cause, `cannot send ${signal} to process`, String(pid));
  }
}

/** The contract is synchronous, and procfs answers from memory in some 20 µs: the one synchronous read of the project. */
function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name stands in parentheses and may hold any text: fields are counted from the last one.
    const state = stat[stat.lastIndexOf(')') + 2];
    return state === 'Z' || state === 'X';
  } catch {
    return false;
  }
}
