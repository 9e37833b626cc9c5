import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { certificatePath, citable } from '../calibrate/certificate-file.ts';
import { openEnvironment } from '../environment/environment.ts';
import { machinePlace } from '../environment/place.ts';
import { makeScratch, removeScratch } from '../environment/scratch.ts';
import { compileWorkers } from '../host/workers.ts';
import type { CitedCalibration } from '../model/calibration.ts';
import { ExitCode, UserError } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import type { MachineFacts } from '../model/machine.ts';
import type { Plan } from '../model/plan.ts';
import type { TrialRecord } from '../model/record.ts';
import type { RunFile } from '../model/run.ts';
import { betweenWindowsCpus, runnerCpus } from '../plan/placement.ts';
import { preflight } from '../preflight/preflight.ts';
import { freeRunId } from '../results/run-folder.ts';
import type { TrialContext, TrialEvent } from '../trial/context.ts';
import { cacheFolder } from '../trial/prepare/cache.ts';
import { diskFailure } from './disk-failure.ts';
import { gitState } from './git-state.ts';
import { lookAtFolder, openFolder } from './open-folder.ts';
import { ownVersion } from './own-version.ts';
import type { Printer } from './print.ts';
import { planChanges, type RunOptions } from './run-options.ts';

const source = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Programs of our own that run as processes of their own. */
const WORKERS = {
  probe: source('trial/probe.worker.ts'),
  sysctls: source('environment/stage/sysctl.worker.ts'),
  guardian: source('environment/guardian.worker.ts'),
  autocannon: source('drivers/autocannon/autocannon.worker.ts'),
  loadcell: source('drivers/loadcell/loadcell.worker.ts'),
};

export interface StartedRun extends AsyncDisposable {
  context: TrialContext;
  file: RunFile;
  /** Records of the run that is resumed; empty for a new one. */
  known: TrialRecord[];
  /** Cells that cannot be run here and now. */
  notRun: ReadonlySet<string>;
}

interface Given {
  host: Host;
  machine: MachineFacts;
  plan: Plan;
  options: RunOptions;
  printer: Printer;
  signal: AbortSignal;
  onEvent(event: TrialEvent): void;
  /** false: the run folder goes with the run's temporary one, whatever ends the run. Absent: true. */
  keep?: boolean;
  /** Looks for all generators of the machine. Absent: for those that the plan may use. */
  everyDriver?: boolean;
}

/** Everything between the plan and the first trial: the machine's lock, what a dead run left, preflight, the run folder. */
export async function startRun(given: Given): Promise<StartedRun> {
  const { host, machine, options, printer } = given;
  const say = (text: string): void => printer.line(text);
  const scratch = await makeScratch(host);
  const stack: AsyncDisposable[] = [{ [Symbol.asyncDispose]: () => removeScratch(host, scratch) }];
  /** What fails keeps nothing else from being closed. */
  const dispose = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const one of stack.reverse()) {
      try {
        await one[Symbol.asyncDispose]();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  };
  try {
    const out = given.keep === false ? join(scratch, 'out') : (options.out ?? 'out');
    const home = resolve(out, given.plan.experiment.name);
    const found = await lookAtFolder(host, home, given.plan, options);
    const plan = found?.file.plan ?? given.plan;
    const workers = await compileWorkers(host, join(scratch, 'workers'), WORKERS);
    const node = process.execPath;
    const place = machinePlace(host.user, process.env);
    const environment = await openEnvironment(host, {
      experiment: plan.experiment.name,
      place,
      guardianWorker: workers.guardian as string,
      node,
      scratch,
      relax: plan.relax,
      wait: options.wait ?? false,
      say,
      signal: given.signal,
    });
    stack.push(environment);
    const ready = await preflight(host, machine, plan, {
      install: options.install ?? false,
      cache: cacheFolder(process.env),
      state: place.folder,
      scratch,
      say,
      ownVersion,
      node,
      sysctlWorker: workers.sysctls as string,
      everyDriver: given.everyDriver ?? false,
      signal: given.signal,
    });
    const startedMs = host.now();
    const now: RunFile = {
      schemaVersion: 1,
      id: await freeRunId(host, home, startedMs, plan.seed),
      startedAt: new Date(startedMs).toISOString(),
      loadcell: ownVersion,
      plan: ready.plan,
      options: planChanges(options),
      machine,
      isolation: ready.isolation,
      servers: ready.servers.facts,
      drivers: Object.fromEntries(Object.entries(ready.drivers).map(([name, { version }]) => [name, { version }])),
      git: await gitState(host, plan.experiment.file),
      relaxed: ready.relaxed,
      notRun: ready.notRun,
      calibration: await calibrationOf(host, machine, ready.drivers),
    };
    const { folder, file, known } = await openFolder(host, home, found, now, options, printer);
    const cpus = runnerCpus(
      ready.plan.cells.map((cell) => cell.settings.cpus),
      machine,
    );
    if (cpus !== null) await host.run(['taskset', '-apc', cpus.join(','), String(host.pid)]);
    const context: TrialContext = {
      host,
      plan: file.plan,
      machine,
      runId: file.id,
      folder,
      scratch,
      environment,
      isolation: ready.isolation,
      copyHost: ready.copyHost,
      drivers: ready.drivers,
      prepared: ready.servers.prepared,
      workers,
      node,
      probeCpus: cpus === null ? null : betweenWindowsCpus(machine),
      signal: given.signal,
      onEvent: given.onEvent,
    };
    return { context, file, known, notRun: new Set(Object.keys(ready.notRun)), [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    if (!given.signal.aborted) throw diskFailure(error, ExitCode.preflightRefused) ?? error;
    throw new UserError('interrupted before the first trial', { exitCode: ExitCode.interrupted, cause: error });
  }
}

/** A user without a folder for certificates has none to cite. */
async function calibrationOf(
  host: Host,
  machine: MachineFacts,
  drivers: Readonly<Record<string, { version: string }>>,
): Promise<CitedCalibration | null> {
  const path = certificatePath(process.env);
  return path === null ? null : await citable(host, path, machine, drivers);
}
