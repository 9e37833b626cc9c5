import { median } from '../analysis/estimate.ts';
import type { WindowGap } from '../model/calibration.ts';
import type { Cell, TrialSlot } from '../model/plan.ts';
import { readJournal } from '../results/journal.ts';
import { runFolder } from '../results/run-folder.ts';
import type { TrialContext } from '../trial/context.ts';
import { runPlan } from '../trial/run-plan.ts';
import { type ServerTimes, withFolder, withServer } from './live-server.ts';
import { bareWindow, type Live } from './window.ts';

type Gap = Omit<WindowGap, 'driver' | 'connections'>;

/** Server and generator without a trial around them, ms. */
export interface Alone extends ServerTimes {
  generator: number;
}

/** A window: when it began on the monotonic clock, and how long the generator's own window was. ms. */
export interface WindowTime {
  startMs: number;
  lengthMs: number;
}

/** Runs consecutive trials of the cell as a run does, journal included, and the server alone a few times. */
export function measureGap(context: TrialContext, cell: Cell, trials: number): Promise<Gap | null> {
  return withFolder(context, async (path) => {
    const starts: number[] = [];
    const folder = runFolder(path);
    await context.host.makeFolder(folder.logs);
    const order = Array.from({ length: trials }, (_, i): TrialSlot => ({ cell: cell.id, trial: i + 1 }));
    const plan = { ...context.plan, cells: [cell], trials, order };
    const inside: TrialContext = {
      ...context,
      folder,
      plan,
      onEvent: (event) => {
        if (event.kind === 'trial-started') starts.push(Number.NaN);
        if (event.kind === 'phase' && event.phase === 'window')
          starts[starts.length - 1] = Number(context.host.monotonicNs()) / 1e6;
      },
    };
    await runPlan(inside, [], new Set());
    context.signal.throwIfAborted();
    const { records } = await readJournal(context.host, folder.trials, plan);
    const alone: Alone[] = [];
    for (let i = 0; i < Math.min(5, trials); i += 1) {
      const { result, times } = await withServer(context, cell, (live) => besideWindow(context, live, cell));
      alone.push({ ...times, generator: result });
    }
    const lengths = records.map(({ outcome }) =>
      outcome.kind === 'measured' ? outcome.measurement.windowUs / 1000 : Number.NaN,
    );
    const windows = starts.map((startMs, i) => ({ startMs, lengthMs: lengths[i] ?? Number.NaN }));
    return gapOf(windows, alone);
  });
}

/** What a bare generator's life is longer than its window, ms. */
async function besideWindow(context: TrialContext, live: Live, cell: Cell): Promise<number> {
  const startNs = context.host.monotonicNs();
  const { windowUs } = await bareWindow(context, live, cell.load);
  return Number(context.host.monotonicNs() - startNs) / 1e6 - windowUs / 1000;
}

/** null when no two windows in a row were measured. */
export function gapOf(windows: readonly WindowTime[], alone: readonly Alone[]): Gap | null {
  const between = windows
    .slice(1)
    .map(({ startMs }, i) => startMs - (windows[i] as WindowTime).startMs - (windows[i] as WindowTime).lengthMs)
    .filter((ms) => !Number.isNaN(ms));
  if (between.length === 0) return null;
  const start = median(alone.map((time) => time.start));
  const stop = median(alone.map((time) => time.stop));
  return {
    betweenMs: median(between),
    serverMs: { start, stop },
    generatorMs: median(alone.map((time) => time.generator)),
    beyondServerMs: { median: median(between) - start - stop, highest: Math.max(...between) - start - stop },
    gaps: between.length,
  };
}
