import { describe, expect, it } from 'vitest';
import { encodeHistogram, histogramOf } from '../model/histogram.ts';
import type { Measurement } from '../model/measurement.ts';
import { phasesOf } from '../model/phases.ts';
import { abBlock } from './ab-block.ts';
import { withTotals } from './ab-phases.ts';
import { readBack } from './fixtures/ab/samples.ts';

const samples = Array.from({ length: 2000 }, (_, i) => 1000 + i * 37);
const exact = phasesOf({ total: samples })!;

const measured = (includesConnect: boolean): Measurement => ({
  ...readBack('ab-keepalive').measurement,
  phases: null,
  latency: {
    kind: 'service-time',
    histogram: encodeHistogram(histogramOf(samples)),
    count: samples.length,
    minUs: exact.total.minUs,
    meanUs: exact.total.meanUs,
    maxUs: exact.total.maxUs,
    stdevUs: exact.total.sdUs,
    resolutionUs: 1,
    includesConnect,
  },
});

describe('the Total row of a histogram', () => {
  it('is what the samples give, to the ms that ab prints', () => {
    const { target } = readBack('ab-keepalive');
    const { measurement, fromHistogram } = withTotals(measured(false), true);
    expect(fromHistogram).toBe(true);
    expect(abBlock(measurement, target)).toBe(abBlock({ ...measurement, phases: exact }, target));
    expect(abBlock(measurement, target)).not.toMatch(/Connect:|Processing:|Waiting:/);
  });

  it('is not made where latency lacks the time to connect', () => {
    expect(withTotals(measured(false), false)).toMatchObject({ fromHistogram: false, measurement: { phases: null } });
    expect(withTotals(measured(true), false).fromHistogram).toBe(true);
  });

  it('does not replace what was measured request by request', () => {
    const own = { ...measured(true), phases: exact };
    expect(withTotals(own, true)).toEqual({ measurement: own, fromHistogram: false });
  });
});
