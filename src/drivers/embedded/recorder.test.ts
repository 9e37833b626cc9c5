import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeHistogram, encodeCounts, encodeHistogram, histogramOf } from '../../model/histogram.ts';
import { phasesOf } from '../../model/phases.ts';
import { Recorder, resolutionUs } from './recorder.ts';
import { Samples } from './samples.ts';

const about = { kind: 'service-time', resolutionUs: 1, includesConnect: true } as const;

describe('samples', () => {
  it('keep order and values over block borders', () => {
    const samples = new Samples();
    const count = 200_000;
    for (let i = 0; i < count; i++) expect(samples.push(i * 1.5)).toBe(true);
    const all = [...samples.toArray()];
    expect([all.length, samples.length]).toEqual([count, count]);
    expect(all.every((value, i) => value === i * 1.5)).toBe(true);
  });

  it('say when they are full', () => {
    const samples = new Samples(2);
    expect([1, 2, 3].map((value) => samples.push(value))).toEqual([true, true, false]);
    expect([...samples.toArray()]).toEqual([1, 2]);
  });
});

describe('the recorder', () => {
  it('reports what it was given, to rounding', () => {
    const reply = fc.record({
      total: fc.double({ min: 0, max: 1e7, noNaN: true }),
      after: fc.integer({ min: 0, max: 400_000 }),
    });
    fc.assert(
      fc.property(fc.array(reply, { minLength: 1, maxLength: 100 }), (replies) => {
        const recorder = new Recorder(true);
        recorder.startUs = 5e6;
        let now = 5e6;
        for (const { total, after } of replies) {
          now += after;
          recorder.reply(now, total, total / 3, total / 2);
        }
        const totals = replies.map(({ total }) => total);
        const mean = totals.reduce((sum, one) => sum + one) / totals.length;
        const latency = recorder.latency(about);
        if (!latency) throw new Error('no latency');
        expect(latency).toMatchObject({ count: totals.length, minUs: Math.min(...totals), maxUs: Math.max(...totals) });
        expect(Math.abs(latency.meanUs - mean)).toBeLessThan(1e-3);
        const phases = phasesOf({
          total: totals,
          connect: totals.map((us) => us / 3),
          waiting: totals.map((us) => us / 2),
        });
        const own = recorder.phases();
        expect(own?.percentiles).toEqual(phases?.percentiles);
        for (const name of ['connect', 'processing', 'waiting', 'total'] as const) {
          const { meanUs, sdUs, ...exact } = own?.[name] ?? { meanUs: Number.NaN, sdUs: Number.NaN };
          expect(phases?.[name]).toMatchObject(exact);
          expect(Math.abs(meanUs - (phases?.[name]?.meanUs ?? 0))).toBeLessThan(1e-3);
          expect(Math.abs(sdUs - (phases?.[name]?.sdUs ?? 0))).toBeLessThan(1);
        }
        expect(Math.abs(latency.stdevUs - (phases?.total.sdUs ?? 0))).toBeLessThan(1);
        const stored = decodeHistogram(encodeCounts(latency.counts));
        expect(stored.totalCount).toBe(totals.length);
        expect(encodeCounts(latency.counts)).toBe(encodeHistogram(histogramOf(totals)));
        const seconds = recorder.perSecond(now - 5e6);
        expect(seconds.reduce((sum, one) => sum + one)).toBe(totals.length);
        expect(seconds.length).toBe(Math.floor((now - 5e6) / 1e6) + 1);
      }),
    );
  });

  it('has nothing to say about nothing', () => {
    const recorder = new Recorder(false);
    expect([recorder.latency(about), recorder.phases(), recorder.perSecond(2_500_000)]).toEqual([
      null,
      null,
      [0, 0, 0],
    ]);
  });
});

describe('the resolution', () => {
  it('is the clock’s step, and 1 µs where that is finer', () => {
    let ticks = 0;
    expect(resolutionUs(() => Math.floor(ticks++ / 3) * 15_600)).toBe(15_600);
    expect(resolutionUs(() => ticks++ * 0.05)).toBe(1);
    expect(resolutionUs(() => 7)).toBe(1);
  });
});
