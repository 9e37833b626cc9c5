import type { Host } from '../../model/host.ts';
import type { Observation, ProcessUse } from '../../model/record.ts';
import { parseSockstat, parseTcp, type SocketCounts } from './parse-proc.ts';
import { busiestThread, cpuBetween, type ProcessSnapshot, residentBytes, snapshot } from './tree-use.ts';

/** Where nobody knows how long the window will be: dense at first, so that one of a tenth of a second has some. */
const FIRST_MS = [20, 60, 150, 400] as const;
const EVERY_MS = 500;
/** Where it is known: when the first is taken, and how long before the end the last. */
const AFTER_START_MS = 25;
const BEFORE_END_MS = 40;
const SHORT_MS = 600;
/** Between those two samples are taken with the rate's looks, so that one waking serves both. */
const STEP_MS = { short: 500, long: 1_000 } as const;

/**
 * When samples are taken, ms since the start: each is some 1 ms of the runner's, on a CPU that may be measured. A window of
 * known length has one at either end, between which its CPU use is taken, and a few for what is highest in between.
 */
export function* momentsMs(plannedMs: number | null): Generator<number, never> {
  const first = firstMoments(plannedMs);
  yield* first;
  for (let moment = (first.at(-1) as number) + EVERY_MS; ; moment += EVERY_MS) yield moment;
}

function firstMoments(plannedMs: number | null): readonly number[] {
  if (plannedMs === null || plannedMs < SHORT_MS) return FIRST_MS;
  const step = plannedMs < 2 * STEP_MS.long ? Math.min(STEP_MS.short, plannedMs / 2) : STEP_MS.long;
  const between = Array.from({ length: Math.ceil(plannedMs / step - 0.25) - 1 }, (_, i) => (i + 1) * step);
  return [AFTER_START_MS, ...between, plannedMs - BEFORE_END_MS];
}

export interface Sampled {
  generator: ProcessUse | null;
  sockets: Observation['sockets'];
  serverRssMax: number | null;
  /** The most that one process had open. */
  serverFilesMost: number | null;
  count: number;
}

interface GeneratorSample {
  /** The middle of the reading, which took so long. */
  atNs: bigint;
  tookNs: bigint;
  process: ProcessSnapshot;
}

/** A reading that took longer, since the runner had to wait for its CPU, is of no certain moment. */
const PROMPT_NS = 20_000_000n;

export interface Sampling {
  /** The generator has begun: from now on samples are taken, of it too. */
  follow(pid: number): void;
  stop(): Promise<Sampled>;
}

/** Cheap samples while a window runs. `plannedMs`: how long it will be; null: not known. */
export function startSampling(
  host: Host,
  netRoot: string,
  server: readonly number[],
  plannedMs: number | null,
): Sampling {
  const stopped = new AbortController();
  const sockets: SocketCounts[] = [];
  let establishedMax: number | null = null;
  const generator: GeneratorSample[] = [];
  let rssMax: number | null = null;
  let filesMost: number | null = null;
  let count = 0;

  const sample = async (pid: number): Promise<void> => {
    count += 1;
    const beforeNs = host.monotonicNs();
    const [process] = await snapshot(host, [pid], { openFiles: false });
    const tookNs = host.monotonicNs() - beforeNs;
    // What has ended and is not yet waited for has no memory, and its time stands still while the clock goes on.
    if (process?.rssBytes != null) generator.push({ atNs: beforeNs + tookNs / 2n, tookNs, process });
    const counts = parseSockstat(await host.readText(`${netRoot}/sockstat`).catch(() => ''));
    if (counts !== null) sockets.push(counts);
    const { CurrEstab: established } = parseTcp(await host.readText(`${netRoot}/snmp`).catch(() => ''));
    if (established !== undefined) establishedMax = Math.max(establishedMax ?? 0, established);
    const rss = await residentBytes(host, server);
    if (rss !== null) rssMax = Math.max(rssMax ?? 0, rss);
    filesMost = await mostFiles(host, server, filesMost);
  };
  const loop = async (pid: number): Promise<void> => {
    const startNs = host.monotonicNs();
    for (const moment of momentsMs(plannedMs)) {
      const passedMs = Number(host.monotonicNs() - startNs) / 1e6;
      await host.sleep(Math.max(0, moment - passedMs), stopped.signal).catch(() => undefined);
      if (stopped.signal.aborted) return;
      await sample(pid);
    }
  };
  let running: Promise<void> = Promise.resolve();
  return {
    follow: (pid) => {
      running = loop(pid);
    },
    stop: async () => {
      stopped.abort();
      await running;
      const end = parseSockstat(await host.readText(`${netRoot}/sockstat`).catch(() => ''));
      if (end !== null) sockets.push(end);
      return {
        generator: generatorUse(generator),
        sockets: socketsOf(sockets, establishedMax),
        serverRssMax: rssMax,
        serverFilesMost: filesMost,
        count,
      };
    },
  };
}

/** The size of `/proc/PID/fd` is the number of open files since Linux 6.2 (0 before): one stat, however many there are. */
async function mostFiles(host: Host, pids: readonly number[], known: number | null): Promise<number | null> {
  let most = known;
  for (const pid of pids) {
    const size = await host.stat(`/proc/${pid}/fd`).then(
      (found) => found.size,
      () => 0,
    );
    if (size > 0) most = Math.max(most ?? 0, size);
  }
  return most;
}

function socketsOf(sockets: readonly SocketCounts[], establishedMax: number | null): Observation['sockets'] {
  const last = sockets.at(-1);
  if (last === undefined) return null;
  return {
    timeWaitMax: Math.max(...sockets.map((one) => one.timeWait)),
    timeWaitEnd: last.timeWait,
    inUseMax: Math.max(...sockets.map((one) => one.inUse)),
    establishedMax,
  };
}

/**
 * From the first to the last prompt sample (of any, where there are not two): a process that has ended tells nothing any more, and its start-up is not load. What
 * it did in the last fraction of a second is not in it, nor is the time: the ratio, which is what counts, stays right.
 */
function generatorUse(all: readonly GeneratorSample[]): ProcessUse | null {
  const prompt = all.filter(({ tookNs }) => tookNs <= PROMPT_NS);
  const samples = prompt.length > 1 ? prompt : all;
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || first === last) return null;
  const { process } = last;
  return {
    cpuUs: cpuBetween([first.process], [process]),
    cpuOverUs: Number(last.atNs - first.atNs) / 1000,
    waitUs: Math.max(0, process.waitNs - first.process.waitNs) / 1000,
    busiestThread: busiestThread([first.process], [process]),
    rssBytesBefore: first.process.rssBytes,
    rssBytesAfter: process.rssBytes,
    rssBytesMax: Math.max(0, ...samples.map((one) => one.process.rssBytes ?? 0)) || null,
    threads: process.threads,
    processes: 1,
    voluntarySwitches: process.voluntary === null ? null : process.voluntary - (first.process.voluntary ?? 0),
    involuntarySwitches: process.involuntary === null ? null : process.involuntary - (first.process.involuntary ?? 0),
    openFilesBefore: null,
    openFilesAfter: null,
    openFilesLimit: null,
  };
}
