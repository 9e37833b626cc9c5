import type { Environment } from '../environment/environment.ts';
import type { DriveContext, Driver } from '../model/driver.ts';
import type { Host } from '../model/host.ts';
import type { MachineFacts } from '../model/machine.ts';
import type { Cell, Plan, TrialSlot } from '../model/plan.ts';
import type { RunFolder } from '../results/run-folder.ts';
import type { Prepared } from './prepare/prepare.ts';

/** Everything that the trials of one run share. Made once, after preflight. */
export interface TrialContext {
  host: Host;
  plan: Plan;
  machine: MachineFacts;
  runId: string;
  folder: RunFolder;
  /** A private temporary folder of the run; a trial's files live in a folder of their own in it. */
  scratch: string;
  environment: Environment;
  isolation: { kind: 'namespace' | 'host'; rootless: boolean };
  /** Paths under /proc/sys/net whose values on the host are copied into each stage. */
  copyHost: readonly string[];
  drivers: Readonly<Record<string, { driver: Driver; version: string }>>;
  prepared: Readonly<Record<string, Prepared>>;
  /** Compiled workers by name: `probe`, `sysctls`, and one for each embedded driver. */
  workers: Readonly<Record<string, string>>;
  node: string;
  /** CPUs that the probe may use, whose parent is pinned to few. null = the runner's, which is not pinned. */
  probeCpus: number[] | null;
  /** false: no counters around windows, to measure what they cost. Absent: true. */
  observe?: boolean;
  /** Aborted by Ctrl-C: the trial under way ends at once and is not recorded as measured. */
  signal: AbortSignal;
  onEvent(event: TrialEvent): void;
}

/** What progress is made of. */
export type TrialEvent =
  /** `plannedMs`: warm-ups and windows of all trials that are left; null where the plan does not tell. */
  | { kind: 'run-started'; plannedMs: number | null }
  | { kind: 'trial-started'; slot: TrialSlot; cell: Cell; attempt: number; done: number; total: number }
  | { kind: 'phase'; phase: Phase }
  | { kind: 'rate'; perSecond: number; exact: boolean }
  | { kind: 'trial-ended'; slot: TrialSlot; cell: Cell; summary: string; good: boolean; done: number; total: number }
  | { kind: 'note'; text: string };

export type Phase = 'stage' | 'server' | 'warm-up' | 'window' | 'stop';

/** The context that a driver's pure functions get for one load. */
export function driveContext(
  context: TrialContext,
  cell: Cell,
  where: { address: string; port: number; folder: string; expectedBody: string | null; trial: number },
): DriveContext {
  const generatorCpus = cell.settings.cpus.generator?.length ?? context.machine.allowedCpus.length;
  return {
    address: where.address,
    port: where.port,
    folder: where.folder,
    cpus: generatorCpus,
    workers: context.workers,
    node: context.node,
    version: context.drivers[cell.load.driver]?.version ?? 'unknown',
    expectedBody: where.expectedBody,
    // Every trial has arrivals of its own, and a rerun with the same seed has the same ones.
    seed: context.plan.seed + where.trial,
  };
}
