import { beforeAll, describe, expect, it } from 'vitest';
import { WHOLE } from '../../../tests/support/delays.ts';
import { driveExternal, type ExternalRun, missingTools, skipNote } from '../../../tests/support/drive.ts';
import { startTruthServer, type TruthOptions, type TruthServer } from '../../../tests/support/truth-server.ts';
import { CORES, loadOf, undisturbed } from '../../../tests/support/truth-server-drive.ts';
import { withThreads } from '../../calibrate/truth/ahead.ts';
import type { Driver } from '../../model/driver.ts';
import { decodeHistogram } from '../../model/histogram.ts';
import type { Measurement } from '../../model/measurement.ts';
import type { Load } from '../../model/plan.ts';
import { k6 } from '../k6/driver.ts';
import { oha } from '../oha/driver.ts';
import { vegeta } from '../vegeta/driver.ts';

let wrap: string[] = [];
beforeAll(async () => {
  wrap = await undisturbed();
});
const server = (options: TruthOptions = {}) =>
  startTruthServer({ ...options, wrap, ...(CORES.server === undefined ? {} : { cpu: CORES.server }) });
/** Generators work in threads, which would fall back to the ordinary priority. */
const run = (driver: Driver, load: Partial<Load>, truth: TruthServer): Promise<ExternalRun> =>
  driveExternal(driver, loadOf(load), { ...truth, wrap: withThreads(wrap) });

const STALL = { kind: 'stall', afterMs: 500, stallMs: 1_000, baseMs: 1 } as const;
/** 600 starts in 3 s; 200 of them in the stall. */
const LOAD: Partial<Load> = {
  rate: { perSecond: 200, arrivals: 'constant' },
  stop: { kind: 'duration', durationMs: 3_000 },
};
const MODES = [
  ['fresh', false],
  ['kept', true],
] as const;
/** Of the analytic values: starts are late and the server's timer is too. µs. */
const TOLERANCE_US = 60_000;

/**
 * A third of all arrivals met the stall and waited for the rest of it, evenly from 0 to 1 s: so the p-th percentile is
 * 1 s (1 - (100 - p) / 33.3) for p above 66.7.
 */
function expectWholeTail({ latency }: Measurement): void {
  if (latency === null) throw new Error('no latency');
  const histogram = decodeHistogram(latency.histogram);
  expect(latency.kind).toBe('response-time');
  for (const percent of [75, 90, 99]) {
    const analytic = 1_000_000 * (1 - (100 - percent) / (100 / 3));
    const seen = histogram.getValueAtPercentile(percent);
    expect(Math.abs(seen - analytic), `p${percent} is ${seen} µs, not ${analytic}`).toBeLessThan(TOLERANCE_US);
  }
  expect(Math.abs(latency.maxUs - 1_000_000)).toBeLessThan(TOLERANCE_US);
  expect(histogram.getValueAtPercentile(50)).toBeLessThan(TOLERANCE_US);
}

describe.each([oha, vegeta, k6])('an open loop by $name', (driver) => {
  describe.skipIf(missingTools(driver).length > 0)(`with its binary${skipNote(driver)}`, () => {
    it.each(WHOLE ? MODES : MODES.slice(1))(
      'shows the whole tail of a stall, %s',
      { retry: 3 },
      async (_mode, keepAlive) => {
        await using truth = await server({ delay: STALL });
        const measurement = (await run(driver, { ...LOAD, keepAlive, connections: 300 }, truth)).measurement();
        expect(measurement.requests).toMatchObject({ completed: 600, inFlight: 0 });
        expectWholeTail(measurement);
        const stats = await truth.stats();
        expect(stats.requests).toBe(600);
        expect(Math.abs(stats.stalled - 200)).toBeLessThan(10);
      },
    );

    it('tells what a few connections could not start in time', { retry: 3 }, async () => {
      await using truth = await server({ delay: STALL });
      const measurement = (await run(driver, { ...LOAD, connections: 10 }, truth)).measurement();
      // Ten connections held the stall: the others of the 200 came late, or never.
      expect(measurement.requests.missedStarts).toBeGreaterThan(150);
      if (driver === k6) {
        // It drops them: that is said, and the tail is theirs.
        expect(measurement.requests.completed).toBeLessThan(450);
        expect(measurement.notes.join('\n')).toMatch(/the waits of \d+ requests are missing from the tail/);
      } else {
        expect(measurement.requests.completed).toBe(600);
        expectWholeTail(measurement);
      }
    });

    it('starts evenly, not in a burst each second', { retry: 3 }, async () => {
      await using truth = await server();
      await run(driver, { ...LOAD, connections: 50, stop: { kind: 'requests', requests: 400 } }, truth);
      const { arrivalsUs } = await truth.stats();
      expect(arrivalsUs.length).toBe(400);
      const early = Math.min(...arrivalsUs.map((us, i) => us - i * 5_000));
      const late = arrivalsUs.filter((us, i) => us - i * 5_000 - early > 25_000);
      expect(late.length).toBeLessThan(40);
    });
  });
});
