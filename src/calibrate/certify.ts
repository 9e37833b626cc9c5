import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileWorkers } from '../host/workers.ts';
import type { Certificate, TimerResolution, WindowGap } from '../model/calibration.ts';
import type { Cell } from '../model/plan.ts';
import type { RunFile } from '../model/run.ts';
import type { TrialContext } from '../trial/context.ts';
import { baselineLoad, CONNECTIONS, ceilingJobs, type Kind } from './ceilings.ts';
import { measureGap } from './gap.ts';
import { identityOf } from './identity.ts';
import { type Job, type JobProgress, runJobs } from './jobs.ts';
import { connectionsOf, noiseJobs, observationJobs, overheadJobs, type Subject } from './pairs.ts';
import { FULL, QUICK, type Scale } from './scale.ts';
import { firstOfEach, subjectsOf } from './subjects.ts';
import { timerResolution } from './timers.ts';
import { accuracyJobs } from './truth/accuracy.ts';

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Programs of the calibration's own. */
const PROGRAMS = {
  truth: source('truth/truth-server.worker.ts'),
  bareClient: source('truth/bare-client.worker.ts'),
  clock: source('clock.worker.ts'),
};

const GAP_WINDOW_MS = 1_000;

export interface CertifyOptions {
  quick: boolean;
  /** Names of the drivers to hold; all of them installed. */
  drivers: readonly string[];
  onProgress(progress: JobProgress): void;
}

/**
 * Measures this machine, its generators and loadcell itself. `context` is that of a run whose plan has one cell: the
 * baseline server's. Rejects with the signal's reason when it is interrupted.
 */
export async function certify(context: TrialContext, run: RunFile, options: CertifyOptions): Promise<Certificate> {
  const { host } = context;
  const nowMs = (): number => Number(host.monotonicNs()) / 1e6;
  const startedMs = nowMs();
  const scale: Scale = options.quick ? QUICK : FULL;
  const cell = context.plan.cells[0] as Cell;
  const compiled = await compileWorkers(host, join(context.scratch, 'calibrate'), PROGRAMS);
  const programs = { server: compiled.truth as string, bareClient: compiled.bareClient as string };
  const subjects = loadable(context, cell, options.drivers);
  let timers: TimerResolution | null = null;

  const accuracy = accuracyJobs(context, programs, cell, scale, options.drivers);
  const ceilings = ceilingJobs(context, cell, scale, options.drivers);
  const overhead = overheadJobs(context, cell, scale, subjects);
  const observation = observationJobs(context, cell, scale, firstOfEach(subjects));
  const noise = noiseJobs(context, cell, scale, firstOfEach(subjects));
  const gaps = gapJobs(context, cell, subjects, scale);
  const jobs: Job[] = [
    {
      label: 'timers',
      plannedMs: 2_000,
      run: async () => {
        timers = await timerResolution(context, compiled.clock as string, cell, 1_000);
      },
    },
    ...accuracy.jobs,
    ...ceilings.jobs,
    ...overhead.jobs,
    ...observation.jobs,
    ...noise.jobs,
    ...gaps.jobs,
  ];
  await runJobs(jobs, context.signal, nowMs, options.onProgress);

  return {
    schemaVersion: 1,
    date: new Date(host.now()).toISOString(),
    tookMs: Math.round(nowMs() - startedMs),
    loadcell: run.loadcell,
    quick: options.quick,
    machine: identityOf(context.machine),
    isolation: context.isolation,
    cpus: cell.settings.cpus,
    timers: timers as unknown as TimerResolution,
    baseline: {
      server: cell.server,
      version: run.servers[cell.server]?.version ?? null,
      connections: CONNECTIONS,
    },
    drivers: options.drivers.map((name) => ({
      name,
      version: context.drivers[name]?.version ?? 'unknown',
      ceilings: ceilings.ceilings(name),
      truths: accuracy.findings(name),
    })),
    truthsInRealTime: accuracy.inRealTime(),
    overhead: overhead.ratios(),
    runner: overhead.runner(),
    observation: observation.ratios(),
    noise: noise.floors(),
    gaps: gaps.gaps(),
  };
}

function loadable(context: TrialContext, cell: Cell, names: readonly string[]): Subject[] {
  const held = names.flatMap((name) => context.drivers[name]?.driver ?? []);
  return subjectsOf(
    held,
    (driver, kind: Kind) => 'stop' in baselineLoad(context, driver.name, kind, GAP_WINDOW_MS, cell.load.path),
  );
}

/** Of each kind of connection one external generator and one embedded: they start up in very different times. */
function gapJobs(
  context: TrialContext,
  cell: Cell,
  subjects: readonly Subject[],
  scale: Scale,
): { jobs: Job[]; gaps(): WindowGap[] } {
  const found: WindowGap[] = [];
  const jobs = subjects.flatMap((subject): Job[] => {
    const load = baselineLoad(context, subject.driver, subject.kind, GAP_WINDOW_MS, cell.load.path);
    if (!('stop' in load)) return [];
    const connections = connectionsOf(subject);
    return [
      {
        label: `from window to window: ${subject.driver}, ${connections} connections`,
        plannedMs: (scale.gapTrials + 5) * (GAP_WINDOW_MS + 500),
        run: async () => {
          const gap = await measureGap(context, { ...cell, load }, scale.gapTrials);
          if (gap !== null) found.push({ driver: subject.driver, connections, ...gap });
        },
      },
    ];
  });
  return { jobs, gaps: () => found };
}
