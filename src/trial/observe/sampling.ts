import type { Host } from '../../model/host.ts';
import type { Observation, ProcessUse } from '../../model/record.ts';
import { parseCounters, parseSockstat, type SocketCounts } from './parse-proc.ts';
import { busiestThread, cpuBetween, type ProcessSnapshot, residentBytes, snapshot } from './tree-use.ts';

/** Dense at first, so that a window of a tenth of a second has some; then sparse: each is some 0.5 ms of the runner. */
const PAUSES_MS = [20, 30, 50, 100, 200] as const;
const THEN_MS = 400;

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
  follow(generator: number): void;
  stop(): Promise<Sampled>;
}

/** Cheap samples while a window runs. */
export function startSampling(host: Host, netRoot: string, server: readonly number[]): Sampling {
  const stopped = new AbortController();
  const sockets: SocketCounts[] = [];
  let establishedMax: number | null = null;
  const generator: GeneratorSample[] = [];
  let pid: number | null = null;
  let rssMax: number | null = null;
  let filesMost: number | null = null;
  let count = 0;

  const sample = async (): Promise<void> => {
    count += 1;
    if (pid !== null) {
      const beforeNs = host.monotonicNs();
      const [process] = await snapshot(host, [pid], { openFiles: false });
      const tookNs = host.monotonicNs() - beforeNs;
      // What has ended and is not yet waited for has no memory, and its time stands still while the clock goes on.
      if (process?.rssBytes != null) generator.push({ atNs: beforeNs + tookNs / 2n, tookNs, process });
    }
    const counts = parseSockstat(await host.readText(`${netRoot}/sockstat`).catch(() => ''));
    if (counts !== null) sockets.push(counts);
    const { 'Tcp.CurrEstab': established } = parseCounters(await host.readText(`${netRoot}/snmp`).catch(() => ''));
    if (established !== undefined) establishedMax = Math.max(establishedMax ?? 0, established);
    const rss = await residentBytes(host, server);
    if (rss !== null) rssMax = Math.max(rssMax ?? 0, rss);
    filesMost = await mostFiles(host, server, filesMost);
  };
  const loop = async (): Promise<void> => {
    for (let index = 0; !stopped.signal.aborted; index += 1) {
      await host.sleep(PAUSES_MS[index] ?? THEN_MS, stopped.signal).catch(() => undefined);
      if (!stopped.signal.aborted) await sample();
    }
  };
  const running = loop();
  return {
    follow: (generatorPid) => {
      pid = generatorPid;
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
