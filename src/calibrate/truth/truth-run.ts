import { join } from 'node:path';
import { compileWraps, wrapArgv } from '../../controls/index.ts';
import type { Cell } from '../../model/plan.ts';
import type { StageProcess } from '../../model/stage.ts';
import type { TrialContext } from '../../trial/context.ts';
import { openBareStage, withFolder } from '../live-server.ts';
import type { Live } from '../window.ts';
import { aheadIn } from './ahead.ts';
import { bareClientArgs, type FloorOrder, floorOf } from './floor.ts';
import type { Delay, TruthStats } from './truth.ts';

/** Compiled programs of the truth. */
export interface TruthPrograms {
  server: string;
  bareClient: string;
}

export interface TruthRun {
  live: Live;
  /** What server and bare socket were started behind, and a generator should be: `ahead.ts`. */
  ahead: readonly string[];
  /** Counts and stamps from zero; the stall is armed again. */
  reset(): Promise<void>;
  stats(): Promise<TruthStats>;
  /**
   * What a bare socket on the generator's core sees beyond the server's stamps, at p50, p90 and p99 in µs: the
   * machine's own part, once both are warm. Resets the stamps.
   */
  floor(mode: 'kept' | 'fresh', order: FloorOrder): Promise<number[]>;
}

const PORT = 18_079;
const BODY = 'Hello, World!\n';
const PATIENCE_MS = 60_000;

/** Runs the truth server in a stage of its own, pinned as the cell's server is. */
export function withTruth<T>(
  context: TrialContext,
  programs: TruthPrograms,
  cell: Cell,
  delay: Delay,
  use: (truth: TruthRun) => Promise<T>,
): Promise<T> {
  return withFolder(context, async (folder) => {
    context.signal.throwIfAborted();
    await using stage = await openBareStage(context);
    const ahead = await aheadIn(stage);
    const options = { port: PORT, address: stage.address, body: BODY, delay };
    const serving = [...ahead, context.node, programs.server, JSON.stringify(options)];
    const program = await stage.spawn({
      ...wrapArgv(serving, compileWraps(cell.settings, 'server')),
      cwd: folder,
      stdin: { pipe: true },
      stdout: { collect: true, limitBytes: 256 * 1_048_576 },
      stderr: { collect: true, limitBytes: 65_536 },
    });
    const ask = conversation(program, context.signal);
    await ask(null);
    const live: Live = {
      stage,
      cell,
      address: stage.address,
      port: PORT,
      body: BODY,
      folder: join(folder, 'loads'),
      windows: { count: 0 },
      serverPids: async () => [program.pid],
    };
    const stats = async (): Promise<TruthStats> => JSON.parse(await ask('stats')) as TruthStats;
    const reset = async (): Promise<void> => void (await ask('reset'));
    const floor = async (mode: 'kept' | 'fresh', order: FloorOrder): Promise<number[]> => {
      await reset();
      const asking = [context.node, '--no-opt', programs.bareClient, ...bareClientArgs(PORT, mode, order)];
      const wrapped = wrapArgv([...ahead, ...asking], compileWraps(cell.settings, 'generator'));
      const { signal } = context;
      const end = await stage.run(wrapped.argv, { side: 'generator', timeoutMs: PATIENCE_MS, signal });
      signal.throwIfAborted();
      if (end.code !== 0) throw new Error(`the bare client ended with ${end.code ?? end.signal}: ${end.stderr}`);
      return floorOf(end.stdout, (await stats()).delaysUs);
    };
    return await use({ live, ahead, reset, stats, floor });
  });
}

/**
 * Sends a line (null: none, the program speaks first) and resolves with the next line that comes; rejects when the program
 * has ended, and with the signal's reason.
 */
export function conversation(
  program: Pick<StageProcess, 'onLine' | 'exited' | 'write'>,
  signal: AbortSignal,
): (line: string | null) => Promise<string> {
  const said: string[] = [];
  let waiting: { resolve(line: string): void; reject(error: Error): void } | null = null;
  let ended: Error | null = null;
  program.onLine((line) => {
    if (waiting === null) said.push(line);
    else waiting.resolve(line);
    waiting = null;
  });
  const interrupted = (): void => waiting?.reject(signal.reason as Error);
  signal.addEventListener('abort', interrupted, { once: true });
  void program.exited.then((end) => {
    signal.removeEventListener('abort', interrupted);
    ended = new Error(`the truth server ended (code ${end.code}, ${end.signal}): ${end.stderr.trim()}`);
    waiting?.reject(ended);
  });
  return (line) =>
    new Promise((resolve, reject) => {
      const early = said.shift();
      if (early !== undefined) return resolve(early);
      if (ended !== null) return reject(ended);
      if (signal.aborted) return reject(signal.reason);
      waiting = { resolve, reject };
      if (line !== null) program.write(`${line}\n`);
    });
}
