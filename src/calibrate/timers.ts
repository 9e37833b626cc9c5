import { compileWraps, wrapArgv } from '../controls/index.ts';
import type { TimerResolution } from '../model/calibration.ts';
import type { Cell } from '../model/plan.ts';
import type { TrialContext } from '../trial/context.ts';
import { openBareStage } from './live-server.ts';
import { percentileUs } from './truth/truth.ts';

/** Clock and timers as a program sees them where generators run. */
export async function timerResolution(
  context: TrialContext,
  program: string,
  cell: Cell,
  timers: number,
): Promise<TimerResolution> {
  await using stage = await openBareStage(context);
  const { argv } = wrapArgv([context.node, program, String(timers)], compileWraps(cell.settings, 'generator'));
  const end = await stage.run(argv, { side: 'generator', timeoutMs: 60_000, signal: context.signal });
  context.signal.throwIfAborted();
  if (end.code !== 0) throw new Error(`the clock program ended with ${end.code ?? end.signal}: ${end.stderr}`);
  const { clockStepsNs, timerLateUs } = JSON.parse(end.stdout) as { clockStepsNs: number[]; timerLateUs: number[] };
  return {
    clockStepNs: Math.min(...clockStepsNs),
    timerLateUs: { p50: percentileUs(timerLateUs, 50), p99: percentileUs(timerLateUs, 99) },
  };
}
