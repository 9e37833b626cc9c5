import type { Measurement } from './measurement.ts';

/** What one trial gave: a line of `trials.jsonl`. Facts only; doubts are folded from them by src/analysis. */
export interface TrialRecord {
  schemaVersion: 1;
  cell: string;
  trial: number;
  /** 1 on the first attempt; a contaminated trial is requeued once. */
  attempt: number;
  /** Position in the run, from 0. */
  sequence: number;
  /** ISO 8601, wall clock. */
  startedAt: string;
  outcome: Outcome;
  /** Where it ran and what was in force. null when the stage never opened. */
  stage: StageRecord | null;
  proofs: Proof[];
  /** Reply checks before the warm-up and after the window. */
  replies: ReplyCheck[];
  observation: Observation | null;
  /** ms each step took: stage, server, warmup, window, stop ... */
  stepsMs: Record<string, number>;
  server: ProcessEnd | null;
  /** Tail of the server's stderr and stdout (bounded), as it came. */
  serverLog: string;
  /** Log files in the run folder, relative. */
  logs: string[];
}

/** Statistics exist only on `measured`. */
export type Outcome =
  | { kind: 'measured'; measurement: Measurement }
  | { kind: 'server-failed'; code: string; reason: string }
  | { kind: 'load-failed'; code: string; reason: string; completed: number | null }
  | { kind: 'aborted'; reason: string };

export interface StageRecord {
  kind: 'namespace' | 'host';
  /** root, or rootless with a user namespace. */
  rootless: boolean;
  /** Address that the server listened on, for the report. Absent in records that do not tell. */
  address?: string;
  /** Host values of namespaced settings that were copied in, key -> value. */
  copied: Record<string, string>;
  /** TIME_WAIT sockets there before the server started. */
  timeWaitBefore: number;
}

/** A setting, what was asked, and what was found on the live machine or process. */
export interface Proof {
  /** `sysctl.net.core.somaxconn`, `server.cpus`, `generator.ulimit.nofile` ... */
  setting: string;
  asked: string;
  before: string | null;
  during: string | null;
  held: boolean;
  /** Why not, or which process or thread differed. */
  detail: string | null;
}

export interface ReplyCheck {
  when: 'before' | 'after';
  ok: boolean;
  status: number | null;
  /** First 200 characters of the body that came. */
  body: string;
  /** What differed; null when ok. */
  problem: string | null;
  headers: Record<string, string>;
}

export interface ProcessEnd {
  /** It was still running when we stopped it. */
  alive: boolean;
  code: number | null;
  signal: string | null;
  /** We had to use SIGKILL. */
  killed: boolean;
  /** Process ids of the server's tree before and after the window were the same. */
  restarted: boolean;
}

/** Counters around the window. `null` = not readable here, which is not 0. */
export interface Observation {
  /** Length of the observed interval in µs (a little more than the driver's window). */
  intervalUs: number;
  server: ProcessUse | null;
  generator: ProcessUse | null;
  /** The runner's own CPU time in the interval, µs. */
  runnerCpuUs: number | null;
  /** CPU time by CPU number over the interval, from /proc/stat, in ms. */
  cpus: Record<string, CpuTime>;
  /** Counter deltas of the stage's network namespace: `TcpExt.ListenOverflows`, `Tcp.RetransSegs`, ... non-zero ones. */
  network: Record<string, number> | null;
  /** softnet_stat sums over CPUs: processed, dropped, squeezed. */
  softnet: { processed: number; dropped: number; squeezed: number } | null;
  /** The same of the generator's side, where that has a network of its own. Absent or null: it shares the server's. */
  generatorNetwork?: Record<string, number> | null;
  /**
   * TCP sockets of the server's network, sampled: in TIME_WAIT, in use (listening ones too), and established, where each
   * connection counts twice when the generator shares that network.
   */
  sockets: { timeWaitMax: number; timeWaitEnd: number; inUseMax: number; establishedMax?: number | null } | null;
  /**
   * Requests a second of each whole second from the generator's start, by the kernel's counters of the stage: connections
   * accepted where each request has one of its own, else half of the segments sent, which is a measure of the rate and no
   * count of requests. The last may be of a moment after the window. null: not readable. Absent in records that do not tell.
   */
  perSecond?: { by: 'connections' | 'segments'; rates: number[] } | null;
  /** PSI "some" total deltas in µs: cpu, memory, io. */
  pressureUs: Record<string, number> | null;
  /** Time that our own control group, or the one above it that was held back most, had to wait for its CPU quota, µs. */
  throttledUs: number | null;
  frequencyMhz: { min: number; max: number } | null;
  /** Effective listen backlog and accept queue maximum seen, where known. */
  samples: number;
}

export interface ProcessUse {
  /**
   * CPU time of the whole tree in µs, used within `cpuOverUs`. Processes that ended in it count as far as a live one of
   * the tree waited for them, right to 10 ms for each parent.
   */
  cpuUs: number;
  /**
   * The stretch of time in µs that `cpuUs` is of. Server: the whole interval. Generator: from the first to the last sample
   * taken while it ran, so that its start-up is left out; cpuUs / cpuOverUs is how many cores it kept busy.
   */
  cpuOverUs: number;
  /** Time spent runnable but waiting for a CPU, µs (schedstat). */
  waitUs: number | null;
  /** Before any load, the warm-up's included. Absent or null: not known. */
  rssBytesIdle?: number | null;
  /** Of the thread that used and waited for most CPU time, of those that lived at the end; µs within `cpuOverUs`. Absent or null: not known. */
  busiestThread?: { cpuUs: number; waitUs: number } | null;
  rssBytesBefore: number | null;
  rssBytesAfter: number | null;
  rssBytesMax: number | null;
  threads: number;
  processes: number;
  /** Context switches of the processes' main threads. */
  voluntarySwitches: number | null;
  involuntarySwitches: number | null;
  openFilesBefore: number | null;
  openFilesAfter: number | null;
  openFilesLimit: number | null;
  /** The most that one process of the tree had open at a sample within the window. Absent or null: not known (Linux before 6.2). */
  openFilesMost?: number | null;
}

interface CpuTime {
  userMs: number;
  systemMs: number;
  softirqMs: number;
  idleMs: number;
  stealMs: number;
}
