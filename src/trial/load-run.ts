import { join } from 'node:path';
import { compileWraps, wrapArgv } from '../controls/index.ts';
import { type DriveCommand, type DriveContext, type DriveOutput, type Driver, DriverError } from '../model/driver.ts';
import type { Finished, Host, SpawnSpec } from '../model/host.ts';
import type { Measurement } from '../model/measurement.ts';
import type { Cell, Load } from '../model/plan.ts';
import type { Stage, StageProcess } from '../model/stage.ts';
import { withRoomForFiles } from './room-for-files.ts';
import { targetProblem } from './targets.ts';

/** What starting up, connecting and writing results may take beside the load itself. */
const GENERATOR_SLACK_MS = 20_000;
/** The longest that one request of a counted load may take on average, before the generator is called hung. */
const SLOWEST_REQUEST_MS = 10;

/** The generator's deadline of ours: several generators never exit on some loads. ms. */
function deadlineMs(load: Load): number {
  const work = load.stop.kind === 'duration' ? load.stop.durationMs : load.stop.requests * SLOWEST_REQUEST_MS;
  return work + 2 * load.timeoutMs + GENERATOR_SLACK_MS;
}

/** A generator at work. */
export interface LoadRun {
  process: StageProcess;
  /** Resolves when it has ended (by itself or by the deadline). */
  finished: Promise<unknown>;
  /** Runs the command's `afterwards` and reads its files, once it has ended. */
  output(): Promise<DriveOutput>;
}

/** The longest that turning a generator's files into text may take, ms. */
const AFTERWARDS_MS = 120_000;

/** The longest that a generator may take to get ready for its window once it is waited for, ms. */
const READY_MS = 30_000;

type Ended = Omit<DriveOutput, 'files'>;

/** A generator that waits for its window: started and getting ready where it can be, else not started yet. */
export interface HeldLoad {
  /** null: not started. */
  pid: number | null;
  /**
   * Resolves with what begins the window, once the generator is ready for it or has ended (its output tells why): what it does
   * to get ready must not be observed as load. Rejects with the signal's reason, or with a `DriverError`
   * (`generator-deadline`) when it does not get ready in time.
   */
  ready(signal: AbortSignal): Promise<() => Promise<LoadRun>>;
}

/**
 * Starts the generator under the cell's wraps, inside the stage, ahead of its window where it can wait. The one place
 * where a load begins: one that would go anywhere but to the stage's own address throws `DriverError`
 * (`target-refused`). The stage's end takes one that is never told to go.
 */
export async function holdLoad(
  host: Host,
  stage: Stage,
  driver: Driver,
  cell: Cell,
  load: Load,
  context: DriveContext,
): Promise<HeldLoad> {
  const refused = targetProblem(context.address, [stage.address]);
  if (refused !== null) throw new DriverError(refused.what, 'target-refused', 0);
  const command = driver.command(load, context);
  const watch = (program: StageProcess, startedNs: bigint): LoadRun => {
    const finished = finish(host, program, load, startedNs);
    const output = async (): Promise<DriveOutput> => collect(host, stage, await finished, command, context.folder);
    return { process: program, finished, output };
  };
  const { readyLine } = command;
  if (readyLine === undefined) {
    const go = async (): Promise<LoadRun> => {
      const startedNs = host.monotonicNs();
      // A program of ours makes room by itself, before it is ready.
      const roomy = { ...command, argv: withRoomForFiles(command.argv, load.connections) };
      return watch(await launch(host, stage, cell, roomy, command.stdin, context.folder), startedNs);
    };
    return { pid: null, ready: async () => go };
  }
  const program = await launch(host, stage, cell, command, { pipe: true }, context.folder);
  program.write(`${command.stdin}\n`);
  const go = async (): Promise<LoadRun> => {
    const startedNs = host.monotonicNs();
    program.endStdin();
    return watch(program, startedNs);
  };
  const ready = async (signal: AbortSignal): Promise<typeof go> => {
    await untilReady(host, program, readyLine, driver.name, signal);
    return go;
  };
  return { pid: program.pid, ready };
}

/** Holds it only until it is ready. Rejects as `holdLoad` and `HeldLoad.ready` do. */
export async function startLoad(signal: AbortSignal, ...given: Parameters<typeof holdLoad>): Promise<LoadRun> {
  const held = await holdLoad(...given);
  const go = await held.ready(signal);
  return go();
}

async function untilReady(
  host: Host,
  program: StageProcess,
  readyLine: string,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const said = new Promise<boolean>((resolve) => {
    program.onLine((line) => {
      if (line === readyLine) resolve(true);
    });
  });
  const ended = program.exited.then(() => true);
  const waited = new AbortController();
  const late = host.sleep(READY_MS, AbortSignal.any([signal, waited.signal])).then(
    () => false,
    () => true,
  );
  const inTime = await Promise.race([said, ended, late]);
  waited.abort();
  signal.throwIfAborted();
  if (inTime) return;
  host.signal(program.pid, 'SIGKILL');
  throw new DriverError(`${name} was not ready for its window within ${READY_MS / 1000} s`, 'generator-deadline', 0);
}

async function launch(
  host: Host,
  stage: Stage,
  cell: Cell,
  command: DriveCommand,
  stdin: SpawnSpec['stdin'] | null,
  folder: string,
): Promise<StageProcess> {
  await host.makeFolder(folder);
  for (const [name, text] of Object.entries(command.inputs)) await host.writeText(join(folder, name), text);
  const { argv, env } = wrapArgv(command.argv, compileWraps(cell.settings, 'generator'));
  return stage.spawn(
    {
      argv,
      env,
      cwd: folder,
      ...(stdin === null || stdin === undefined ? {} : { stdin }),
      stdout: { collect: true, limitBytes: 256 * 1_048_576 },
      stderr: { collect: true, limitBytes: 4 * 1_048_576 },
    },
    { side: 'generator' },
  );
}

async function finish(host: Host, program: StageProcess, load: Load, startedNs: bigint): Promise<Ended> {
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    host.signal(program.pid, 'SIGKILL');
  }, deadlineMs(load));
  const { code, signal, stdout, stderr } = await program.exited;
  clearTimeout(timer);
  const wallUs = Number(host.monotonicNs() - startedNs) / 1000;
  return { code, signal, stdout, stderr, wallUs, timedOut };
}

/** Behind the window: the generator's files as text. */
async function collect(
  host: Host,
  stage: Stage,
  ended: Ended,
  command: DriveCommand,
  folder: string,
): Promise<DriveOutput> {
  let { stderr } = ended;
  for (const argv of command.afterwards ?? []) {
    const done = await stage.run(argv, { timeoutMs: AFTERWARDS_MS, side: 'generator' });
    if (done.code !== 0) stderr += `\n${failedAfterwards(argv, done)}`;
  }
  const files: Record<string, string> = {};
  for (const [key, name] of Object.entries(command.files)) {
    files[key] = await host.readText(join(folder, name)).catch(() => '');
  }
  return { ...ended, stderr, files };
}

const failedAfterwards = (argv: readonly string[], { code, stderr, timedOut }: Finished): string =>
  `${argv[0]} ${timedOut ? 'did not end in time' : `exited ${code}`}: ${stderr.trim()}`;

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
