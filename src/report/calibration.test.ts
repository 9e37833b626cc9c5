import { expect, test } from 'vitest';
import type { CitedCalibration } from '../model/calibration.ts';
import { realistic } from './fixtures/run.ts';
import { shipped } from './fixtures/templates.ts';
import { renderReport } from './render.ts';

const cited = (): CitedCalibration => ({
  date: '2026-11-20T10:00:00.000Z',
  loadcell: '0.1.0',
  baseline: { server: 'nginx', version: '1.22.1', connections: 50 },
  noise: [{ driver: 'ab', connections: 'fresh', median: 0.0123, worst: 0.034, pairs: 9 }],
  drivers: {
    ab: { version: '2.3', keepAlive: null, fresh: { perSecond: 20_412, busyCores: 0.99 } },
    autocannon: { version: '9', keepAlive: { perSecond: 51_900, busyCores: 1 }, fresh: null },
    wrk: { version: '4', keepAlive: { perSecond: 124_000, busyCores: 1 }, fresh: null },
  },
});

test.each([
  ['en', 'on this machine', ['20,412', '51,900', '1.23%', '3.40%', '2026-11-20']],
  ['zh-CN', '校准', ['20,412', '51,900', '1.23%', '3.40%', '2026-11-20']],
])(
  '%s: the method names the ceilings of the drivers that were used, the noise floor and the date',
  async (locale, word, figures) => {
    const input = realistic();
    input.run.calibration = cited();
    const { markdown } = renderReport(input, await shipped(locale));
    expect(markdown).toContain(word);
    for (const figure of figures) expect(markdown).toContain(figure);
    // Once for each driver and kind of connection, however many cells have it; and nothing of a driver that was not used.
    expect(markdown.split('20,412')).toHaveLength(2);
    expect(markdown).not.toContain('124,000');
  },
);

test('without a certificate nothing is said of one', async () => {
  const english = await shipped('en');
  const without = renderReport(realistic(), english).markdown;
  expect(without).not.toMatch(/calibrat/i);
  const input = realistic();
  input.run.calibration = null;
  expect(renderReport(input, english).markdown).toBe(without);
});
