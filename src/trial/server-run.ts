import { join } from 'node:path';
import { compileWraps, wrapArgv } from '../controls/index.ts';
import type { Finished, Host } from '../model/host.ts';
import type { Cell, Readiness, ServerPlan } from '../model/plan.ts';
import type { ProcessEnd } from '../model/record.ts';
import type { Stage, StageProcess } from '../model/stage.ts';
import type { Probe } from './probe.ts';

/** Characters of a server's log that a record keeps. */
const LOG_TAIL = 2_000;
const LOG_POLL_MS = 10;
/** Bytes of each log file that are looked at. */
const LOG_READ = 65_536;

/** The server did not come up; the trial is `server-failed` with this reason. */
export class ServerFailed extends Error {
  readonly code: 'server-exited' | 'server-not-ready' | 'wrong-reply';
  constructor(code: ServerFailed['code'], message: string) {
    super(message);
    this.code = code;
  }
}

export interface ServerRun {
  process: StageProcess;
  logFiles: string[];
  /** The end, once it has ended; null while it runs. */
  ended(): Finished | null;
}

/** Starts the server under the cell's wraps. Its output goes straight to files: the runner reads none of it in the window. */
export async function startServer(
  stage: Stage,
  cell: Cell,
  rendered: { argv: readonly string[]; cwd: string; env: Readonly<Record<string, string>> },
  logs: { folder: string; name: string },
): Promise<ServerRun> {
  const { argv, env } = wrapArgv(rendered.argv, compileWraps(cell.settings, 'server'));
  const logFiles = ['stdout', 'stderr'].map((stream) => join(logs.folder, `${logs.name}.${stream}.log`));
  const program = await stage.spawn({
    argv,
    env: { ...rendered.env, ...env },
    cwd: rendered.cwd,
    stdout: { file: logFiles[0] as string },
    stderr: { file: logFiles[1] as string },
  });
  let end: Finished | null = null;
  void program.exited.then((finished) => {
    end = finished;
  });
  return { process: program, logFiles, ended: () => end };
}

/** Resolves when the server is ready; throws `ServerFailed` when it ended or did not become ready in time. */
export async function awaitReady(
  host: Host,
  server: ServerRun,
  probe: Probe,
  ready: Readiness,
  target: { address: string; port: number },
  signal?: AbortSignal,
): Promise<void> {
  const asked = ready.kind === 'log' ? waitForLog(host, server, ready, signal) : askUntilReady(probe, ready, target);
  const first = await Promise.race([asked, server.process.exited.then((end) => ({ exited: end }))]);
  if ('exited' in first && ready.kind !== 'log') {
    // A daemonising server's first process ends with 0 while its child goes on to listen.
    if (first.exited.code === 0) return settle(await asked, ready);
  }
  if ('exited' in first) {
    const how = first.exited.signal === null ? `code ${first.exited.code}` : `signal ${first.exited.signal}`;
    const tail = (await logTail(host, server)).trim();
    throw new ServerFailed(
      'server-exited',
      `the server ended before it was ready (${how})${tail === '' ? '' : `: ${lastLine(tail)}`}`,
    );
  }
  settle(first, ready);
}

function settle(answer: { ready: boolean; last: string }, ready: Readiness): void {
  if (answer.ready) return;
  throw new ServerFailed(
    'server-not-ready',
    `the server was not ready within ${ready.timeoutMs} ms (last: ${answer.last})`,
  );
}

function askUntilReady(probe: Probe, ready: Readiness, target: { address: string; port: number }) {
  const path = ready.kind === 'http' ? ready.path : null;
  return probe.ask({ op: 'ready', ...target, path, timeoutMs: ready.timeoutMs });
}

async function waitForLog(
  host: Host,
  server: ServerRun,
  ready: Readiness & { kind: 'log' },
  signal: AbortSignal | undefined,
) {
  const pattern = new RegExp(ready.pattern);
  const end = host.monotonicNs() + BigInt(ready.timeoutMs) * 1_000_000n;
  while (host.monotonicNs() < end && server.ended() === null && signal?.aborted !== true) {
    if (pattern.test(await readLogs(host, server))) return { ready: true, last: '' };
    await host.sleep(LOG_POLL_MS);
  }
  return { ready: false, last: `no line that matches ${pattern}` };
}

async function readLogs(host: Host, server: ServerRun): Promise<string> {
  const texts = await Promise.all(server.logFiles.map((file) => host.readTail(file, LOG_READ).catch(() => '')));
  return texts.join('');
}

export async function logTail(host: Host, server: ServerRun): Promise<string> {
  return (await readLogs(host, server)).slice(-LOG_TAIL);
}

const lastLine = (text: string): string => text.slice(text.lastIndexOf('\n') + 1).slice(0, 300);

/** The recipe's signal, its patience (none any more when `hurry` is aborted), then SIGKILL. The stage's end takes whatever is left. */
export async function stopServer(
  host: Host,
  server: ServerRun,
  stop: ServerPlan['stop'],
  pids: { before: readonly number[]; after: readonly number[] },
  hurry?: AbortSignal,
): Promise<ProcessEnd> {
  const alive = pids.after.length > 0;
  const restarted = alive && pids.before.some((pid) => !pids.after.includes(pid));
  const targets = server.ended() === null ? [server.process.pid] : pids.after;
  for (const pid of targets) host.signal(pid, stop.signal);
  const gone = await waitUntilGone(host, server, targets, stop.patienceMs, hurry);
  if (!gone) for (const pid of targets) host.signal(pid, 'SIGKILL');
  const end = server.ended() ?? (gone ? await server.process.exited : null);
  return { alive, code: end?.code ?? null, signal: end?.signal ?? null, killed: !gone, restarted };
}

async function waitUntilGone(
  host: Host,
  server: ServerRun,
  pids: readonly number[],
  patienceMs: number,
  hurry: AbortSignal | undefined,
): Promise<boolean> {
  const end = host.monotonicNs() + BigInt(patienceMs) * 1_000_000n;
  while (host.monotonicNs() < end && hurry?.aborted !== true) {
    const left = pids.filter((pid) => host.signal(pid, 0));
    if (left.length === 0 || (server.ended() !== null && left.every((pid) => pid === server.process.pid))) return true;
    await host.sleep(5);
  }
  return false;
}
