import type { ProcessUse } from '../../model/record.ts';
import type { MeasuredTrial } from '../measured-trial.ts';

type Measured = Pick<MeasuredTrial, 'cell' | 'measurement' | 'observation'>;

/** How many cores a process tree kept busy while the load ran, and how many it would have used besides. */
export interface CpuUse {
  cores: number;
  /** Runnable but waiting for a CPU. */
  waiting: number;
  /** What its busiest thread used and waited for, at most 1. null: not known. */
  busiest: number | null;
}

/** Of a core, used or waited for: under it nothing that a thread does is short of CPU time. */
export const BUSY = 0.7;
/** Cores that threads can use together which take turns at one lock (Python's), and a little for what does not hold it. */
const ONE_AT_A_TIME = 1.1;

/**
 * Whether a server may be short of CPU time: a thread of its is busy, its CPUs are, or its threads together use about one
 * core, as those do that hold a lock in turn. Where threads are not known, whether it uses as much as one busy thread.
 */
export function isServerBusy({ cores, waiting, busiest }: CpuUse, { cell, observation }: MeasuredTrial): boolean {
  const used = cores + waiting;
  if (used < BUSY || busiest === null) return used >= BUSY;
  const cpus = cell.settings.cpus.server?.length ?? Object.keys(observation?.cpus ?? {}).length;
  return busiest >= BUSY || used >= BUSY * cpus || used <= ONE_AT_A_TIME;
}

/** Below this a window is too short for what CPU use says: counters and samples are some ms off at its ends. µs. */
const SHORTEST_US = 200_000;

/**
 * A server's CPU time is of the whole observed interval, in which it is idle while the generator starts and ends: it is
 * related to the window. null: not observed, or too short a window.
 */
export const serverUse = ({ observation, measurement }: MeasuredTrial): CpuUse | null =>
  useOf(observation?.server ?? null, measurement.windowUs, 0);

/** The generator's own work: polling for the next start (open loop) is none. */
export const generatorUse = ({ observation, measurement }: Measured): CpuUse | null =>
  useOf(observation?.generator ?? null, Number.POSITIVE_INFINITY, measurement.idleSpinUs ?? 0);

function useOf(use: ProcessUse | null, windowUs: number, spinUs: number): CpuUse | null {
  if (use === null) return null;
  const overUs = Math.min(use.cpuOverUs, windowUs);
  if (!(overUs >= SHORTEST_US)) return null;
  const busiest = use.busiestThread ?? null;
  return {
    cores: Math.max(0, use.cpuUs - spinUs) / overUs,
    waiting: (use.waitUs ?? 0) / overUs,
    busiest: busiest === null ? null : Math.min(1, Math.max(0, busiest.cpuUs + busiest.waitUs - spinUs) / overUs),
  };
}

/** Of its cores. What is left to 1 is start-up and the ends of sampling. */
const FULL = 0.9;

/** Whether a generator used or waited for all the cores that it can use. */
export const isGeneratorFull = ({ cores, waiting }: CpuUse, trial: MeasuredTrial): boolean =>
  cores + waiting >= FULL * generatorCores(trial);

/** Generators that do all their work on one thread. */
const SINGLE = new Set(['ab', 'autocannon', 'loadcell']);

/** Cores that the generator can use at most: its threads (`-t` of wrk and h2load; Go's and tokio's are as many as CPUs), as far as it has CPUs. */
export function generatorCores({ cell, measurement, observation }: Measured): number {
  const { driver, argv } = measurement;
  const cpus = cell.settings.cpus.generator?.length ?? Object.keys(observation?.cpus ?? {}).length;
  const flag = argv.indexOf('-t');
  const counted = (driver.name === 'wrk' || driver.name === 'h2load') && flag !== -1;
  const threads = SINGLE.has(driver.name) ? 1 : counted ? Number(argv[flag + 1]) || 1 : cpus;
  return Math.max(1, Math.min(threads, cpus));
}

/**
 * How near a generator was to the end of its CPU time, 0 to 1: by its busiest thread, or by all the cores that its threads
 * can use. null: not observed long enough.
 */
export function generatorBusyShare(trial: Measured): number | null {
  const use = generatorUse(trial);
  return use === null ? null : Math.min(1, Math.max(use.busiest ?? 0, use.cores / generatorCores(trial)));
}

/** CPUs that count: those of both sides; every one where a side is not pinned. */
export function measuredCpus({ cell, observation }: MeasuredTrial): string[] {
  const { server, generator } = cell.settings.cpus;
  const all = Object.keys(observation?.cpus ?? {});
  if (server === null || generator === null) return all;
  const wanted = new Set([...server, ...generator].map(String));
  return all.filter((cpu) => wanted.has(cpu));
}
