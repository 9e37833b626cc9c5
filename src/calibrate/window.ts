import { join } from 'node:path';
import { type DriveContext, DriverError } from '../model/driver.ts';
import type { Measurement } from '../model/measurement.ts';
import type { Cell, Load } from '../model/plan.ts';
import type { Observation, TrialRecord } from '../model/record.ts';
import type { Stage } from '../model/stage.ts';
import { driveContext, type TrialContext } from '../trial/context.ts';
import { measurementOf, startLoad } from '../trial/load-run.ts';
import { measure } from '../trial/measure.ts';

/** A server that runs, and where. */
export interface Live {
  stage: Stage;
  cell: Cell;
  address: string;
  port: number;
  body: string | null;
  /** A folder of its own, gone with the server. */
  folder: string;
  /** Counts the windows against this server: each has a folder of its own. */
  windows: { count: number };
  serverPids(): Promise<number[]>;
}

function driveOf(context: TrialContext, live: Live, cell: Cell): DriveContext {
  live.windows.count += 1;
  const folder = join(live.folder, `load-${live.windows.count}`);
  return driveContext(context, cell, {
    address: live.address,
    port: live.port,
    folder,
    expectedBody: live.body,
    trial: live.windows.count,
  });
}

/** A whole measured window of loadcell's, as in a trial: observed, its settings proven, its rate watched. */
export async function observedWindow(
  context: TrialContext,
  live: Live,
  load: Load,
  options: { observe: boolean } = { observe: true },
): Promise<{ measurement: Measurement; observation: Observation | null }> {
  context.signal.throwIfAborted();
  const cell = { ...live.cell, load };
  const around = { serverPids: live.serverPids, step: () => undefined, draft: draftOf(context, cell) };
  const inside = options.observe ? context : { ...context, observe: false };
  const measured = await measure(inside, live.stage, cell, driveOf(context, live, cell), around);
  context.signal.throwIfAborted();
  return { measurement: measured.read(), observation: around.draft.observation };
}

/** The same generator alone: same stage, same pinning, same deadline; nothing is observed, proven or watched meanwhile. */
export async function bareWindow(context: TrialContext, live: Live, load: Load): Promise<Measurement> {
  context.signal.throwIfAborted();
  const cell = { ...live.cell, load };
  const drive = driveOf(context, live, cell);
  const driver = context.drivers[load.driver]?.driver;
  if (driver === undefined) throw new DriverError(`no driver ${load.driver} here`, 'generator-missing');
  const run = await startLoad(context.signal, context.host, live.stage, driver, cell, load, drive);
  const kill = (): void => void context.host.signal(run.process.pid, 'SIGKILL');
  context.signal.addEventListener('abort', kill, { once: true });
  if (context.signal.aborted) kill();
  await run.finished;
  context.signal.removeEventListener('abort', kill);
  context.signal.throwIfAborted();
  return measurementOf(driver, await run.output(), load, drive);
}

/** What `measure` fills in and nobody here reads. */
function draftOf(context: TrialContext, cell: Cell): Omit<TrialRecord, 'outcome'> {
  return {
    schemaVersion: 1,
    cell: cell.id,
    trial: 1,
    attempt: 1,
    sequence: 0,
    startedAt: new Date(context.host.now()).toISOString(),
    stage: null,
    proofs: [],
    replies: [],
    observation: null,
    stepsMs: {},
    server: null,
    serverLog: '',
    logs: [],
  };
}
