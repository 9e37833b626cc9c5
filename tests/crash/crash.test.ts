import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../src/plan/random.ts';
import { type Bench, bench } from '../support/loadcell.ts';
import { type Crash, crash, experimentText, nameOf, STEPS } from './crash.ts';

/**
 * A run with settings of the whole machine, a server and its daemon, hit in each of the ways there are: the machine comes
 * back. Then 5 are killed at random moments; LOADCELL_CRASH_RUNS=200 hits so many, by every signal or by
 * LOADCELL_CRASH_SIGNAL alone. LOADCELL_CRASH_SEED, which is printed, repeats them.
 */
const isRoot = process.getuid?.() === 0;
const made = {} as Record<Crash['isolation'], Bench>;
beforeAll(async () => {
  for (const isolation of ['namespace', 'host'] as const) made[isolation] = await bench(experimentText(isolation));
});
afterAll(async () => {
  for (const one of Object.values(made)) await one[Symbol.asyncDispose]();
});

const CRASHES: Crash[] = [
  ...STEPS.map(
    (moment): Crash => ({ moment, signal: 'SIGKILL', target: 'runner', isolation: 'namespace', itself: true }),
  ),
  { moment: 'window', signal: 'SIGKILL', target: 'runner', isolation: 'host' },
  { moment: 'window', signal: 'SIGINT', target: 'group', isolation: 'namespace' },
  { moment: 'server', signal: 'SIGTERM', target: 'runner', isolation: 'host', itself: true },
  { moment: 'stage', signal: 'SIGHUP', target: 'group', isolation: 'namespace' },
  { moment: 'warm-up', signal: 'SIGINT', target: 'tsx', isolation: 'namespace' },
  { moment: 'window', signal: 'SIGTERM', target: 'tsx', isolation: 'namespace' },
  { moment: 'window', signal: 'SIGKILL', target: 'tsx', isolation: 'namespace' },
  { moment: 'stop', signal: 'SIGKILL', target: 'group', isolation: 'namespace' },
  { moment: 'window', signal: 'SIGKILL', target: 'guardian', isolation: 'namespace' },
  { moment: 'window', signal: 'SIGKILL', target: 'both', isolation: 'namespace' },
  { moment: 'server', signal: 'SIGKILL', target: 'both', isolation: 'host' },
  { moment: 'first-setting', signal: 'SIGKILL', target: 'both', isolation: 'namespace' },
  { moment: 'first-restored', signal: 'SIGKILL', target: 'both', isolation: 'host' },
];

describe.skipIf(!isRoot)(`the machine comes back after${isRoot ? '' : ' (needs root)'}`, () => {
  test.each(CRASHES.map((one) => [nameOf(one), one] as const))('%s', { timeout: 180_000 }, async (_name, one) => {
    const { left, said, alone } = await crash(made[one.isolation], one);
    expect(left, said.stderr).toEqual({});
    if (one.itself === true) expect(said.code, 'it came to its step').not.toBe(0);
    // Without guardian and runner nothing can come back by itself; otherwise it must.
    expect(alone).toBe(one.target !== 'both');
  });
});

const asked = process.env.LOADCELL_CRASH_RUNS;
const runs = Number(asked ?? 5);
const only = process.env.LOADCELL_CRASH_SIGNAL ?? (asked === undefined ? 'SIGKILL' : null);
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const;
const signals = SIGNALS.filter((signal) => only === null || signal === only);

if (isRoot && runs > 0) {
  test(`${runs} crashes`, { timeout: runs * 180_000 }, async () => {
    const seed = Number(process.env.LOADCELL_CRASH_SEED ?? Date.now() % 1_000_000);
    console.log(`LOADCELL_CRASH_SEED=${seed}`);
    const draw = seededRandom(seed);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(draw() * from.length)] as T;
    const failures: string[] = [];
    // At once: a long run that is ended has told what it saw.
    const failed = (text: string): void => {
      failures.push(text);
      console.log(text);
    };
    const killed: number[] = [];
    const stopped: number[] = [];
    let byRestore = 0;
    for (let run = 0; run < runs; run += 1) {
      const target = pick(['runner', 'runner', 'tsx', 'group', 'guardian', 'both'] as const);
      const one: Crash = {
        moment: pick([
          pick(STEPS),
          { ms: Math.round(draw() * 5_000), after: 'start' },
          { ms: Math.round(draw() * 1_500), after: 'change' },
        ] as const),
        signal: target === 'guardian' || target === 'both' ? 'SIGKILL' : pick(signals),
        target,
        isolation: draw() < 0.75 ? 'namespace' : 'host',
      };
      try {
        const { left, settingsMs, alone } = await crash(made[one.isolation], one);
        if (Object.keys(left).length > 0) failed(`${nameOf(one)}: ${JSON.stringify(left)}`);
        if (!alone) byRestore += 1;
        const atOnce = one.signal === 'SIGKILL' && (target === 'runner' || target === 'group');
        if (settingsMs !== null && target !== 'guardian') (atOnce ? killed : stopped).push(settingsMs);
        if (settingsMs !== null && settingsMs > 2_000)
          console.log(`slow: ${nameOf(one)}: ${Math.round(settingsMs)} ms`);
      } catch (error) {
        failed(`${nameOf(one)}: ${error}`);
      }
      if ((run + 1) % 10 === 0) console.log(`${run + 1} crashes, ${failures.length} failures`);
    }
    console.log(`${runs} crashes, ${failures.length} failures, ${byRestore} put back by \`loadcell restore\``);
    console.log(`settings back after SIGKILL of the runner: ${spread(killed)}; told to stop: ${spread(stopped)}`);
    expect(failures).toEqual([]);
  });
}

function spread(times: readonly number[]): string {
  const ms = [...times].sort((a, b) => a - b).map((time) => `${time.toFixed(1)} ms`);
  return ms.length === 0 ? 'none' : `median ${ms[ms.length >> 1]}, worst ${ms.at(-1)} of ${ms.length}`;
}
