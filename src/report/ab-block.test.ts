import { describe, expect, it } from 'vitest';
import type { Measurement } from '../model/measurement.ts';
import { abBlock } from './ab-block.ts';
import { genuine, gnuplot, percentages, phasesOfSamples, readBack } from './fixtures/ab/samples.ts';

const SAMPLES = [
  'ab-nokeepalive',
  'ab-keepalive',
  'ab-seq4',
  'ab-seq5',
  'ab-n20t1',
  'ab-t1n20',
  'ab-non2xx',
  'ab-drop',
  'ab-reset-r',
  'ab-varlength',
  'ab-varlength-l',
  'ab-synretrans',
  'ab-synretrans-linear0',
];

describe('abBlock', () => {
  it.each(SAMPLES)('prints the figures of %s as ab printed them, byte for byte', (name) => {
    const { measurement, target } = readBack(name);
    expect(abBlock(measurement, target)).toBe(genuine(name));
  });

  it.each(['ab-synretrans', 'ab-synretrans-linear0', 'ab-nokeepalive'])('reproduces %s from its requests', (name) => {
    // Their times are whole ms: enough for all but means and deviations, which may differ in their last digit.
    const { measurement, target } = readBack(name);
    const printed = measurement.phases!;
    const own = phasesOfSamples(gnuplot(name));
    for (const row of ['connect', 'processing', 'waiting', 'total'] as const) {
      expect(Math.abs(own[row]!.meanUs - printed[row]!.meanUs)).toBeLessThanOrEqual(1000);
      expect(Math.abs(own[row]!.sdUs - printed[row]!.sdUs)).toBeLessThanOrEqual(300);
      own[row] = { ...own[row]!, meanUs: printed[row]!.meanUs, sdUs: printed[row]!.sdUs };
    }
    expect(abBlock({ ...measurement, phases: own }, target)).toBe(genuine(name));
  });

  it.each(['ab-seq4', 'ab-seq5'])('rounds the total times of %s as ab does, from its µs', (name) => {
    // With so few requests the percentages file holds every total time, in µs.
    // (and one that ab read behind its array's end: the smallest).
    const values = [...new Set(percentages(name).map(([, us]) => us))].sort((a, b) => a - b);
    const { measurement, target } = readBack(name);
    const total = values.slice(-measurement.requests.completed);
    const own = phasesOfSamples({ total });
    const printed = measurement.phases!;
    expect(
      abBlock({ ...measurement, phases: { ...printed, total: own.total, percentiles: own.percentiles } }, target),
    ).toBe(genuine(name));
  });

  it.each(['ab-nokeepalive', 'ab-keepalive'])('rounds the percentages of %s as ab does, from their µs', (name) => {
    const exact = new Map(percentages(name));
    const { measurement, target } = readBack(name);
    const printed = measurement.phases!;
    const percentiles = printed.percentiles.map(([percent]): [number, number] => [percent, exact.get(percent)!]);
    expect(abBlock({ ...measurement, phases: { ...printed, percentiles } }, target)).toBe(genuine(name));
  });

  it('leaves out what was not measured, and says nothing in its place', () => {
    const { measurement, target } = readBack('ab-nokeepalive');
    const bare: Measurement = {
      ...measurement,
      bytes: { received: null, body: null },
      replyBodyBytes: null,
      phases: { ...measurement.phases!, connect: null, processing: null, waiting: null },
    };
    const block = abBlock(bare, { ...target, host: null });
    expect(block).not.toMatch(
      /Hostname|Length|transferred|Transfer rate|Connect:|Processing:|Waiting:|processing time/,
    );
    expect(block).toMatch(/^Total: /m);
    expect(abBlock({ ...bare, phases: null }, target)).not.toMatch(/Connection Times|Percentage/);
  });

  it('prints no rate when nothing was completed', () => {
    const { measurement, target } = readBack('ab-nokeepalive');
    const none = { ...measurement, requests: { ...measurement.requests, completed: 0 }, phases: null };
    expect(abBlock(none, target)).not.toMatch(/per second|per request|Transfer/);
  });

  it('keeps a hostile Server header on its line', () => {
    const { measurement, target } = readBack('ab-nokeepalive');
    const block = abBlock({ ...measurement, serverHeader: 'evil/1\nRequests per second: 9 \u001b[2J' }, target);
    expect(block.split('\n')[0]).toBe('Server Software:        evil/1');
  });
});
