import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formats } from './format.ts';

const english = formats({ group: ',', decimal: '.', range: '–' });
const german = formats({ group: '.', decimal: ',', range: ' bis ' });

describe('figures for people', () => {
  it.each([
    [0, '0'],
    [0.125, '0.125'],
    [4.816, '4.82'],
    [37.75, '37.8'],
    [99.96, '100'],
    [850, '850'],
    [999.6, '1,000'],
    [9216.22, '9,216'],
    [1_234_567.8, '1,234,568'],
  ])('rate %d is %s', (value, text) => expect(english.rate(value)).toBe(text));

  it.each([
    [1.5, '1.50'],
    [850, '850'],
    [999.4, '999'],
    [999.6, '1.0k'],
    [1870.46, '1.9k'],
    [3434.65, '3.4k'],
    [9216.22, '9.2k'],
    [59_800, '59.8k'],
    [99_949, '99.9k'],
    [99_950, '100k'],
    [124_200, '124k'],
    [999_499, '999k'],
    [999_500, '1.0M'],
    [1_234_567, '1.2M'],
  ])('headline %d is %s', (value, text) => expect(english.short(value)).toBe(text));

  it.each([
    [0, '0 µs'],
    [8.5, '8.50 µs'],
    [42, '42 µs'],
    [699, '699 µs'],
    [999.7, '1.00 ms'],
    [1230, '1.23 ms'],
    [16_895, '16.9 ms'],
    [503_000, '503 ms'],
    [999_900, '1.00 s'],
    [3_270_000, '3.27 s'],
    [60_000_000, '60.0 s'],
  ])('duration of %d µs is %s', (us, text) => expect(english.duration(us)).toBe(text));

  it.each([
    [512, '512 B'],
    [1024, '1.00 KiB'],
    [26_500_000, '25.3 MiB'],
    [8 * 1024 ** 3, '8.00 GiB'],
  ])('%d bytes are %s', (n, text) => expect(english.bytes(n)).toBe(text));

  it.each([
    [2.683, '2.68×'],
    [0.2, '0.200×'],
    [12.345, '12.35×'],
    [1, '1.00×'],
  ])('ratio %d is %s', (n, text) => expect(english.ratio(n)).toBe(text));

  it('writes as the language does', () => {
    expect(german.rate(1_234_567)).toBe('1.234.567');
    expect(german.duration(1230)).toBe('1,23 ms');
    expect(german.range('1', '2')).toBe('1 bis 2');
    expect(english.range('1', '1')).toBe('1');
    expect(english.percent(0.9876)).toBe('98.8%');
    expect(english.count(-1234)).toBe('-1,234');
  });

  it('never errs by more than the digits it drops', () => {
    const value = (text: string): number => Number.parseFloat(text.replace(/,/g, ''));
    const unit = { µs: 1, ms: 1e3, s: 1e6 };
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 3.6e9, noNaN: true }), (us) => {
        const [number = '', name = ''] = english.duration(us).split(' ');
        expect(Math.abs(value(number) * unit[name as keyof typeof unit] - us) / us).toBeLessThanOrEqual(0.0051);
        expect(Math.abs(value(english.rate(us)) - us) / us).toBeLessThanOrEqual(0.0051);
      }),
    );
  });
});
