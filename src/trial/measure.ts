import { join } from 'node:path';
import { type DriveContext, type Driver, DriverError } from '../model/driver.ts';
import type { Measurement } from '../model/measurement.ts';
import type { Cell, Load } from '../model/plan.ts';
import type { Proof, TrialRecord } from '../model/record.ts';
import type { Stage } from '../model/stage.ts';
import type { TrialContext } from './context.ts';
import { watchRate } from './live-rate.ts';
import { type HeldLoad, holdLoad, type LoadRun, measurementOf, startLoad } from './load-run.ts';
import { startObserving } from './observe/observe.ts';
import { residentBytes } from './observe/tree-use.ts';
import { allHeld, proveProcesses } from './prove.ts';

interface Around {
  serverPids(): Promise<number[]>;
  step(name: string): void;
  draft: Omit<TrialRecord, 'outcome'>;
  /** The window's generator, started ahead. Absent: it is started here. */
  held?: HeldLoad | null;
}

export interface Measured {
  serverPidsBefore: number[];
  /** Parses the output. Throws `DriverError`. Called when the window's facts are all in the draft. */
  read(): Measurement;
}

/** The window's generator, ahead of its window; null where this run has no such driver. */
export async function hold(
  context: TrialContext,
  stage: Stage,
  cell: Cell,
  drive: DriveContext,
): Promise<HeldLoad | null> {
  const driver = context.drivers[cell.load.driver]?.driver;
  return driver === undefined ? null : holdLoad(context.host, stage, driver, cell, cell.load, drive);
}

/** Warm-up, then the observed window. The window's generator gets ready before both: it would share its CPU with either. */
export async function measure(
  context: TrialContext,
  stage: Stage,
  cell: Cell,
  drive: DriveContext,
  around: Around,
): Promise<Measured> {
  const driver = context.drivers[cell.load.driver]?.driver;
  if (driver === undefined) throw new DriverError(`no driver ${cell.load.driver} here`, 'generator-missing');
  const { host, signal } = context;
  const held = around.held ?? (await holdLoad(host, stage, driver, cell, cell.load, drive));
  const serverPids = async (): Promise<number[]> => (await around.serverPids()).filter((pid) => pid !== held.pid);
  const rssBytesIdle = context.observe === false ? null : await residentBytes(host, await serverPids());
  const go = await held.ready(signal);
  if (cell.load.warmup !== null) await warmUp(context, stage, driver, cell, drive);
  around.step('warmup');

  context.onEvent({ kind: 'phase', phase: 'window' });
  const serverPidsBefore = await serverPids();
  const observer =
    context.observe === false
      ? null
      : await startObserving(host, {
          netRoot: stage.netRoot,
          generatorNetRoot: stage.generatorNetRoot,
          server: serverPids,
          rssBytesIdle,
          runnerPid: host.pid,
          cpus: context.machine.topology.map((place) => place.cpu),
          plannedMs: cell.load.stop.kind === 'duration' ? cell.load.stop.durationMs : null,
        });
  const run = await go();
  observer?.loading(run.process.pid);
  const stopRate = watchRate(context, stage, cell.load);
  const kill = (): void => void host.signal(run.process.pid, 'SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  if (signal.aborted) kill();
  const proofs = proveGenerator(context, cell, run);
  await run.finished;
  signal.removeEventListener('abort', kill);
  const perSecond = stopRate();
  around.draft.observation = observer === null ? null : { ...(await observer.stop()), perSecond };
  around.draft.proofs.push(...(await proofs));
  around.step('window');
  const output = await run.output();
  return { serverPidsBefore, read: () => measurementOf(driver, output, cell.load, drive) };
}

/** A run of its own that is thrown away; what goes wrong in it will go wrong in the window too, and be seen there. */
async function warmUp(
  context: TrialContext,
  stage: Stage,
  driver: Driver,
  cell: Cell,
  drive: DriveContext,
): Promise<void> {
  context.onEvent({ kind: 'phase', phase: 'warm-up' });
  const load: Load = { ...cell.load, stop: cell.load.warmup as Load['stop'] };
  const run = await startLoad(context.signal, context.host, stage, driver, cell, load, {
    ...drive,
    folder: join(drive.folder, 'warmup'),
  });
  const kill = (): void => void context.host.signal(run.process.pid, 'SIGKILL');
  context.signal.addEventListener('abort', kill, { once: true });
  if (context.signal.aborted) kill();
  await run.finished;
  context.signal.removeEventListener('abort', kill);
}

/** The wrappers need a moment to hand over to the generator; looked at a few times, then believed. */
async function proveGenerator(context: TrialContext, cell: Cell, run: LoadRun): Promise<Proof[]> {
  let proofs: Proof[] = [];
  let over = false;
  void run.finished.then(() => {
    over = true;
  });
  for (const pauseMs of [5, 15, 30, 50, 100]) {
    await context.host.sleep(pauseMs);
    if (over) return proofs;
    const found = await proveProcesses(context.host, 'generator', cell.settings, [run.process.pid]);
    if (over) return proofs;
    proofs = found;
    if (allHeld(proofs)) return proofs;
  }
  return proofs;
}
