import type { Host } from '../../model/host.ts';
import { parseOpenFilesLimit, parseSchedstat, parseStat, parseStatus } from './parse-proc.ts';

/** A process at one moment. */
export interface ProcessSnapshot {
  pid: number;
  startTime: number;
  /** Sum over live threads, ns: exact, but a thread that has ended takes its time along. */
  runNs: number;
  waitNs: number;
  /** The same of each, by thread id. */
  byThread: ReadonlyMap<string, TaskTime>;
  /** All threads, ended ones too, in ticks of 10 ms. */
  ticks: number;
  /** Children that ended and were waited for, in ticks. */
  childTicks: number;
  parent: number;
  threads: number;
  rssBytes: number | null;
  voluntary: number | null;
  involuntary: number | null;
  openFiles: number | null;
  openFilesLimit: number | null;
}

/** ns on a CPU, ns runnable but waiting for one. */
interface TaskTime {
  runNs: number;
  waitNs: number;
}

const TICK_NS = 10_000_000;

/** Reads each process; one that has ended is left out. `openFiles` costs a readdir of a socket each: only at the ends. */
export async function snapshot(
  host: Host,
  pids: readonly number[],
  options: { openFiles: boolean },
): Promise<ProcessSnapshot[]> {
  const found = await Promise.all(pids.map((pid) => one(host, pid, options.openFiles)));
  return found.filter((process): process is ProcessSnapshot => process !== null);
}

async function one(host: Host, pid: number, openFiles: boolean): Promise<ProcessSnapshot | null> {
  const folder = `/proc/${pid}`;
  const stat = parseStat(await host.readText(`${folder}/stat`).catch(() => ''));
  if (stat === null) return null;
  const time = await threadTime(host, folder);
  const status = parseStatus(await host.readText(`${folder}/status`).catch(() => ''));
  return {
    pid,
    ...stat,
    ...time,
    ...status,
    openFiles: openFiles
      ? await host.list(`${folder}/fd`).then(
          (names) => names.length,
          () => null,
        )
      : null,
    openFilesLimit: openFiles ? parseOpenFilesLimit(await host.readText(`${folder}/limits`).catch(() => '')) : null,
  };
}

/** Resident memory of a tree; null when no process tells. */
export async function residentBytes(host: Host, pids: readonly number[]): Promise<number | null> {
  let sum: number | null = null;
  for (const pid of pids) {
    const { rssBytes } = parseStatus(await host.readText(`/proc/${pid}/status`).catch(() => ''));
    if (rssBytes !== null) sum = (sum ?? 0) + rssBytes;
  }
  return sum;
}

/** /proc/PID/schedstat is the main thread's alone: every task is asked. */
export async function threadTime(
  host: Host,
  folder: string,
): Promise<Pick<ProcessSnapshot, 'runNs' | 'waitNs' | 'byThread'>> {
  const tasks = await host.list(`${folder}/task`).catch(() => []);
  const byThread = new Map<string, TaskTime>();
  let runNs = 0;
  let waitNs = 0;
  for (const task of tasks) {
    const time = parseSchedstat(await host.readText(`${folder}/task/${task}/schedstat`).catch(() => ''));
    if (time === null) continue;
    byThread.set(task, time);
    runNs += time.runNs;
    waitNs += time.waitNs;
  }
  return { runNs, waitNs, byThread };
}

/**
 * CPU time in µs that a tree used between two snapshots. Threads' own clocks are exact; where threads ended in between
 * (a thread for each connection), the process's ticks know more and are taken, at 20 ms a process. Children that ended
 * in between (a process for each request) are what their parents waited for, right to 10 ms a parent; those of a parent
 * that ignores SIGCHLD, or that ended before them, are lost.
 */
export function cpuBetween(before: readonly ProcessSnapshot[], after: readonly ProcessSnapshot[]): number {
  const own = after.reduce((sum, now) => {
    const then = sameProcess(before, now);
    const exact = now.runNs - (then?.runNs ?? 0);
    const ticked = (now.ticks - (then?.ticks ?? 0)) * TICK_NS;
    return sum + (ticked - exact > 2 * TICK_NS ? ticked : Math.max(0, exact)) / 1000;
  }, 0);
  return own + (endedTicks(before, after) * TICK_NS) / 1000;
}

/** Ticks that processes used since `before` which ended meanwhile. */
function endedTicks(before: readonly ProcessSnapshot[], after: readonly ProcessSnapshot[]): number {
  const ended = before.filter((process) => sameProcess(after, process) === undefined);
  return after.reduce((sum, now) => {
    // What they had used before came to the parent with the rest.
    const known = ended
      .filter((process) => heir(process, ended) === now.pid)
      .reduce((ticks, process) => ticks + process.ticks + process.childTicks, 0);
    return sum + Math.max(0, now.childTicks - (sameProcess(before, now)?.childTicks ?? 0) - known);
  }, 0);
}

/** The nearest ancestor that has not ended itself. */
function heir(process: ProcessSnapshot, ended: readonly ProcessSnapshot[]): number {
  const parent = ended.find(({ pid }) => pid === process.parent);
  return parent === undefined ? process.parent : heir(parent, ended);
}

/** The live thread of a tree that used and waited for most CPU time between two snapshots; null when none lives. */
export function busiestThread(
  before: readonly ProcessSnapshot[],
  after: readonly ProcessSnapshot[],
): { cpuUs: number; waitUs: number } | null {
  let busiest: { cpuUs: number; waitUs: number } | null = null;
  for (const now of after) {
    const then = sameProcess(before, now);
    for (const [thread, time] of now.byThread) {
      const was = then?.byThread.get(thread);
      const cpuUs = Math.max(0, time.runNs - (was?.runNs ?? 0)) / 1000;
      const waitUs = Math.max(0, time.waitNs - (was?.waitNs ?? 0)) / 1000;
      if (busiest === null || cpuUs + waitUs > busiest.cpuUs + busiest.waitUs) busiest = { cpuUs, waitUs };
    }
  }
  return busiest;
}

const sameProcess = (all: readonly ProcessSnapshot[], one: ProcessSnapshot): ProcessSnapshot | undefined =>
  all.find((process) => process.pid === one.pid && process.startTime === one.startTime);

/** Sum of a figure over a tree; null when no process has it. */
export function total(
  processes: readonly ProcessSnapshot[],
  figure: (one: ProcessSnapshot) => number | null,
): number | null {
  const known = processes.map(figure).filter((value): value is number => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

/** Difference of two sums; null when one is not known. */
export function change(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : Math.max(0, after - before);
}
