import type { Host } from '../../model/host.ts';
import type { Observation, ProcessUse } from '../../model/record.ts';
import { counterDeltas, networkChange, readCounters, readNetwork } from './machine-counters.ts';
import { type Sampled, startSampling } from './sampling.ts';
import { busiestThread, change, cpuBetween, type ProcessSnapshot, snapshot, threadTime, total } from './tree-use.ts';

export interface Observed {
  /** `/proc/<pid>/net` of the server's network namespace. */
  netRoot: string;
  /** The same of the generator's, where it is another one. */
  generatorNetRoot: string;
  /** Pids of the server's tree, as they are when asked. */
  server(): Promise<number[]>;
  /** The server's resident memory before any load; null: not known. */
  rssBytesIdle: number | null;
  runnerPid: number;
  cpus: readonly number[];
  /** How long the window will be, ms; null: a counted load, which ends when it ends. */
  plannedMs: number | null;
}

export interface Observer {
  /** The generator has begun: from now on samples are taken. */
  loading(pid: number): void;
  stop(): Promise<Observation>;
}

/**
 * Counters around a window: what is dear to read (open files, threads) before and after, what is cheap inside.
 * Started just before the generator, stopped after it has ended.
 */
export async function startObserving(host: Host, what: Observed): Promise<Observer> {
  const serverBefore = await snapshot(host, await what.server(), { openFiles: true });
  const countersBefore = await readCounters(host, what.netRoot, what.cpus);
  const apart = what.generatorNetRoot !== what.netRoot;
  const generatorBefore = apart ? await readNetwork(host, what.generatorNetRoot) : null;
  const runnerBefore = await threadTime(host, `/proc/${what.runnerPid}`);
  const startNs = host.monotonicNs();
  const sampling = startSampling(
    host,
    what.netRoot,
    serverBefore.map((process) => process.pid),
    what.plannedMs,
  );
  return {
    loading: (pid) => sampling.follow(pid),
    stop: async () => {
      const sampled = await sampling.stop();
      const intervalUs = Number(host.monotonicNs() - startNs) / 1000;
      const runnerAfter = await threadTime(host, `/proc/${what.runnerPid}`);
      const countersAfter = await readCounters(host, what.netRoot, what.cpus);
      const generatorAfter = apart ? await readNetwork(host, what.generatorNetRoot) : null;
      const serverAfter = await snapshot(host, await what.server(), { openFiles: true });
      return {
        intervalUs,
        server: serverUse(serverBefore, serverAfter, intervalUs, { ...sampled, rssBytesIdle: what.rssBytesIdle }),
        generator: sampled.generator,
        runnerCpuUs: (runnerAfter.runNs - runnerBefore.runNs) / 1000,
        ...counterDeltas(countersBefore, countersAfter),
        generatorNetwork: networkChange(generatorBefore, generatorAfter),
        sockets: sampled.sockets,
        samples: sampled.count,
      };
    },
  };
}

function serverUse(
  before: readonly ProcessSnapshot[],
  after: readonly ProcessSnapshot[],
  intervalUs: number,
  sampled: Pick<Sampled, 'serverRssMax' | 'serverFilesMost'> & Pick<Observed, 'rssBytesIdle'>,
): ProcessUse | null {
  if (after.length === 0) return null;
  const rssAfter = total(after, (process) => process.rssBytes);
  const switches = (figure: 'voluntary' | 'involuntary'): number | null =>
    change(
      total(before, (process) => process[figure]),
      total(after, (process) => process[figure]),
    );
  return {
    cpuUs: cpuBetween(before, after),
    cpuOverUs: intervalUs,
    waitUs:
      Math.max(
        0,
        (total(after, (process) => process.waitNs) ?? 0) - (total(before, (process) => process.waitNs) ?? 0),
      ) / 1000,
    rssBytesIdle: sampled.rssBytesIdle,
    busiestThread: busiestThread(before, after),
    rssBytesBefore: total(before, (process) => process.rssBytes),
    rssBytesAfter: rssAfter,
    rssBytesMax: sampled.serverRssMax === null ? rssAfter : Math.max(sampled.serverRssMax, rssAfter ?? 0),
    threads: total(after, (process) => process.threads) ?? 0,
    processes: after.length,
    voluntarySwitches: switches('voluntary'),
    involuntarySwitches: switches('involuntary'),
    openFilesBefore: total(before, (process) => process.openFiles),
    openFilesAfter: total(after, (process) => process.openFiles),
    openFilesLimit: after[0]?.openFilesLimit ?? null,
    openFilesMost: sampled.serverFilesMost,
  };
}
