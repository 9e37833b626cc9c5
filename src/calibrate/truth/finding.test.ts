import { expect, test } from 'vitest';
import { encodeHistogram, histogramOf } from '../../model/histogram.ts';
import { type Measurement, noErrors } from '../../model/measurement.ts';
import { findingOf, type Round } from './finding.ts';
import type { TruthStats } from './truth.ts';

interface Canned {
  /** µs that each request took by the server's stamps, one after the other on one connection. */
  delaysUs: number[];
  /** What the driver says that it took, by the server's µs. */
  told?: (us: number) => number;
  floorUs?: number[];
  completed?: number;
  windowUs?: number;
}

/** Requests follow one another at once: the server's span is the sum of the delays. */
function round({ delaysUs, told = (us) => us, floorUs = [0, 0, 0], completed, windowUs }: Canned): Round {
  const arrivalsUs = delaysUs.map((_, i) => delaysUs.slice(0, i).reduce((sum, us) => sum + us, 0));
  const spanUs = delaysUs.reduce((sum, us) => sum + us, 0);
  const samples = delaysUs.map(told);
  const stats = {
    requests: delaysUs.length,
    replies: delaysUs.length,
    delaysUs,
    arrivalsUs,
    unansweredUs: [] as number[],
  } as TruthStats;
  const measurement = {
    requests: { sent: null, completed: completed ?? delaysUs.length, inFlight: null, missedStarts: null },
    windowUs: windowUs ?? spanUs,
    errors: noErrors(),
    latency: { histogram: encodeHistogram(histogramOf(samples)), count: samples.length },
  } as Measurement;
  return { measurement, stats, floorUs, mayBeInFlight: 1, intervalUs: null };
}

const steady = (us: number, count = 200): number[] => Array.from({ length: count }, () => us);

test('a driver that tells the truth, and the machine’s own part beside it', () => {
  const finding = findingOf([round({ delaysUs: steady(5_000), told: (us) => us + 80, floorUs: [70, 75, 80] })], []);
  expect(finding.latency?.p50.truthUs).toBe(5_000);
  expect(finding.latency?.p50.errorUs).toBeCloseTo(10, -1);
  expect(Object.values(finding.latency ?? {}).map(({ within }) => within)).toEqual([true, true, true]);
  expect(finding.counts).toEqual({ serverAboveDriver: 0, driverAboveServer: 0, mayBeInFlight: 1, agree: true });
  expect(finding.rate).toEqual({ ratio: 1, agrees: true });
});

test.each([
  ['100 µs under 5 ms', 1_000, 90, true],
  ['100 µs under 5 ms', 1_000, 115, false],
  ['100 µs under 5 ms, told too low', 1_000, -115, false],
  ['2% above', 20_000, 380, true],
  ['2% above', 20_000, 450, false],
  ['2% above, told too low', 20_000, -450, false],
])('what is allowed: %s (%d µs, %d µs off)', (_name, us, off, within) => {
  const finding = findingOf([round({ delaysUs: steady(us), told: (truth) => truth + off })], []);
  expect(finding.latency?.p99.within).toBe(within);
});

test('a machine that adds nothing this time is no fault of the driver’s: a floor above the figure is not held against it', () => {
  const finding = findingOf([round({ delaysUs: steady(1_000), told: (us) => us + 50, floorUs: [400, 400, 400] })], []);
  expect(finding.latency?.p50).toMatchObject({ within: true });
  expect(finding.latency?.p50.errorUs).toBeCloseTo(-350, -1);
});

test('one round of three that the machine spoiled does not decide, two do', () => {
  const good = round({ delaysUs: steady(1_000) });
  const bad = round({ delaysUs: steady(1_000), told: (us) => us + 5_000 });
  expect(findingOf([good, bad, good], []).latency?.p50.within).toBe(true);
  expect(findingOf([bad, good, bad], []).latency?.p50.within).toBe(false);
});

test('the tail of a bimodal server is where the driver must see it', () => {
  const delaysUs = Array.from({ length: 400 }, (_, i) => (i % 20 === 19 ? 100_000 : 1_000));
  const right = findingOf([round({ delaysUs })], []);
  expect([right.latency?.p90.truthUs, right.latency?.p99.truthUs]).toEqual([1_000, 100_000]);
  expect(right.latency?.p99.within).toBe(true);
  const cut = findingOf([round({ delaysUs, told: (us) => Math.min(us, 50_000) })], []);
  expect(cut.latency?.p99.within).toBe(false);
  expect(cut.latency?.p50.within).toBe(true);
});

test('a stall is the longest latency: a driver that leaves it out is caught by it alone', () => {
  const delaysUs = [...steady(5_000, 399), 1_005_000];
  const right = findingOf([round({ delaysUs })], [], { max: true });
  expect(right.latency?.max).toMatchObject({ truthUs: 1_005_000, floorUs: 0, within: true });
  const blind = findingOf([round({ delaysUs, told: (us) => Math.min(us, 900_000) })], [], { max: true });
  expect(blind.latency?.p99.within).toBe(true);
  expect(blind.latency?.max?.within).toBe(false);
  expect(findingOf([round({ delaysUs })], []).latency).not.toHaveProperty('max');
});

test('an open loop’s latencies are held against the schedule, not against the server’s own times', () => {
  const [intervalUs, us] = [5_000, 1_000];
  const kept = round({ delaysUs: steady(us) });
  // Every start from the 100th on is late by 300 ms: its requests were answered in 1 ms all the same.
  const arrivalsUs = kept.stats.delaysUs.map((_, i) => i * intervalUs + (i < 100 ? 0 : 300_000));
  const open: Round = { ...kept, stats: { ...kept.stats, arrivalsUs }, intervalUs };
  expect(findingOf([open], []).latency?.p99).toMatchObject({ truthUs: 301_000, within: false });
  expect(findingOf([kept], []).latency?.p99.within).toBe(true);
});

test('counts: as many more on the server as were in flight, none more on the driver', () => {
  const of = (completed: number) => findingOf([round({ delaysUs: steady(1_000), completed })], []).counts;
  expect(of(199)).toMatchObject({ serverAboveDriver: 1, agree: true });
  expect(of(198)).toMatchObject({ serverAboveDriver: 2, agree: false });
  expect(of(201)).toMatchObject({ driverAboveServer: 1, agree: false });
});

test('rates: as far from the server’s as 1%, no more', () => {
  const of = (windowUs: number) => findingOf([round({ delaysUs: steady(1_000), windowUs })], []).rate;
  expect(of(200_000)).toEqual({ ratio: 1, agrees: true });
  expect(of(201_900).agrees).toBe(true);
  expect(of(202_500).agrees).toBe(false);
  expect(of(196_000).agrees).toBe(false);
});

test('no distribution and no window leave no figure behind', () => {
  const without = round({ delaysUs: steady(1_000) });
  without.measurement.latency = null;
  expect(findingOf([without], []).latency).toBeNull();
  const failed = findingOf([], ['it aborted']);
  expect(failed).toMatchObject({ rounds: 0, latency: null, failures: ['it aborted'] });
  expect(failed.rate.agrees).toBe(false);
});
