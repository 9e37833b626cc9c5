import { join } from 'node:path';
import { compileWraps, wrapArgv } from '../controls/index.ts';
import { type DriveContext, type DriveOutput, type Driver, DriverError } from '../model/driver.ts';
import type { Host } from '../model/host.ts';
import type { Measurement } from '../model/measurement.ts';
import type { Cell, Load } from '../model/plan.ts';
import type { Stage, StageProcess } from '../model/stage.ts';

/** What starting up, connecting and writing results may take beside the load itself. */
const GENERATOR_SLACK_MS = 20_000;
/** The longest that one request of a counted load may take on average, before the generator is called hung. */
const SLOWEST_REQUEST_MS = 10;

/** The generator's deadline of ours: several generators never exit on some loads. ms. */
export function deadlineMs(load: Load): number {
  const work = load.stop.kind === 'duration' ? load.stop.durationMs : load.stop.requests * SLOWEST_REQUEST_MS;
  return work + 2 * load.timeoutMs + GENERATOR_SLACK_MS;
}

/** A generator at work. */
export interface LoadRun {
  process: StageProcess;
  /** Resolves when it has ended (by itself or by the deadline). */
  finished: Promise<DriveOutput>;
}

/** Starts the generator under the cell's wraps, inside the stage. */
export async function startLoad(
  host: Host,
  stage: Stage,
  driver: Driver,
  cell: Cell,
  load: Load,
  context: DriveContext,
): Promise<LoadRun> {
  const command = driver.command(load, context);
  await host.makeFolder(context.folder);
  for (const [name, text] of Object.entries(command.inputs)) await host.writeText(join(context.folder, name), text);
  const { argv, env } = wrapArgv(command.argv, compileWraps(cell.settings, 'generator'));
  const startedNs = host.monotonicNs();
  const program = await stage.spawn(
    {
      argv,
      env,
      cwd: context.folder,
      ...(command.stdin === null ? {} : { stdin: command.stdin }),
      stdout: { collect: true, limitBytes: 256 * 1_048_576 },
      stderr: { collect: true, limitBytes: 4 * 1_048_576 },
    },
    { side: 'generator' },
  );
  return { process: program, finished: finish(host, program, load, startedNs, command.files, context.folder) };
}

async function finish(
  host: Host,
  program: StageProcess,
  load: Load,
  startedNs: bigint,
  files: Record<string, string>,
  folder: string,
): Promise<DriveOutput> {
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    host.signal(program.pid, 'SIGKILL');
  }, deadlineMs(load));
  const end = await program.exited;
  clearTimeout(timer);
  const wallUs = Number(host.monotonicNs() - startedNs) / 1000;
  const texts: Record<string, string> = {};
  for (const [key, name] of Object.entries(files)) texts[key] = await host.readText(join(folder, name)).catch(() => '');
  return { code: end.code, signal: end.signal, stdout: end.stdout, stderr: end.stderr, files: texts, wallUs, timedOut };
}

/** The output as a measurement. Throws `DriverError` where there is none to have. */
export function measurementOf(driver: Driver, output: DriveOutput, load: Load, context: DriveContext): Measurement {
  if (output.timedOut) {
    throw new DriverError(
      `${driver.name} did not end within ${Math.round(deadlineMs(load) / 1000)} s and was killed`,
      'generator-deadline',
    );
  }
  return driver.parse(output, load, context);
}
