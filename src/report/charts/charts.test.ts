import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOSTILE } from '../fixtures/run.ts';
import { formats } from '../format.ts';
import { type Bar, barChart } from './bars.ts';
import { percentileChart } from './percentiles.ts';
import { picture, text, widthOf, wrap } from './svg.ts';

const words = formats({ group: ',', decimal: '.', range: '–' });
const bar = (label: string, value: number | null, more: Partial<Bar> = {}): Bar => ({
  label,
  value,
  range: null,
  text: value === null ? 'not run' : words.rate(value),
  marks: [],
  ...more,
});

/** x, width and d of everything drawn, to see that it lies within the picture. */
const numbersOf = (svg: string): number[] => {
  const paths = [...svg.matchAll(/ d="([^"]+)"/g)].map(([, path]) => path).join(' ');
  return [...svg.matchAll(/ (?:x|width|cx)="([\d.-]+)"/g), ...paths.matchAll(/[MH]([\d.-]+)/g)].map(([, n]) =>
    Number(n),
  );
};

describe('bars', () => {
  it('are as long as their values, from 0', () => {
    const svg = barChart('t', 'of what', [bar('a', 1000), bar('b', 500), bar('c', 0)]);
    const widths = [...svg.matchAll(/class="lc-valid" x="10" y="[\d.]+" width="([\d.]+)"/g)].map(([, n]) => Number(n));
    expect(widths).toHaveLength(3);
    expect(widths[1]! / widths[0]!).toBeCloseTo(0.5, 2);
    expect(widths[2]).toBe(1);
  });

  it('have a whisker from the lowest to the highest, and none without a range', () => {
    const svg = barChart('t', 'of what', [bar('a', 1000, { range: { low: 800, high: 1250 } }), bar('b', 1)]);
    const [, low, high] = /lc-whisker" d="M([\d.]+) [^H]*H([\d.]+)/.exec(svg)!.map(Number);
    const end = 10 + Number(/lc-valid" x="10" y="[\d.]+" width="([\d.]+)"/.exec(svg)![1]);
    expect((low! - 10) / (end - 10)).toBeCloseTo(0.8, 2);
    expect((high! - 10) / (end - 10)).toBeCloseTo(1.25, 2);
    expect(svg.match(/lc-whisker" d=/g)).toHaveLength(1);
  });

  it('say why there is none', () =>
    expect(barChart('t', 'of what', [bar('uWSGI', null)])).toContain('>not run</text>'));

  it('stay inside the picture, whatever they are', () => {
    const value = fc.oneof(fc.constant(null), fc.double({ min: 0, max: 1e9, noNaN: true }));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), value), { minLength: 1, maxLength: 30 }), (rows) => {
        const svg = barChart(
          't',
          'of what',
          rows.map(([label, n]) => bar(label, n, { range: n === null ? null : { low: n * 0.5, high: n * 1.5 } })),
        );
        for (const n of numbersOf(svg)) {
          expect(n).toBeGreaterThanOrEqual(0);
          expect(n).toBeLessThanOrEqual(760);
        }
      }),
    );
  });
});

describe('percentiles', () => {
  it('lie on a logarithmic axis: the same ratio is the same distance', () => {
    const points = [100, 1000, 10_000, 100_000].map((us, index) => ({ name: `p${index}`, us }));
    const svg = percentileChart('t', 'of what', [{ label: 'a', points, text: 'x', marks: [] }], words);
    const [a, b, c] = [...svg.matchAll(/cx="([\d.]+)"/g)].map(([, n]) => Number(n));
    expect(b! - a!).toBeCloseTo(c! - b!, 0);
    expect(svg).toContain('>100 µs</text>');
    expect(svg).toContain('>100 ms</text>');
  });

  it('stay inside the picture, from nothing to an hour', () => {
    const us = fc.integer({ min: 0, max: 3_600_000_000 });
    fc.assert(
      fc.property(fc.array(fc.array(us, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 10 }), (rows) => {
        const spreads = rows.map((values) => ({
          label: 'x',
          points: values.sort((a, b) => a - b).map((n) => ({ name: 'p', us: n })),
          text: 'figures',
          marks: [],
        }));
        for (const n of numbersOf(percentileChart('t', 'of what', spreads, words))) {
          expect(n).toBeGreaterThanOrEqual(0);
          expect(n).toBeLessThanOrEqual(760);
        }
      }),
    );
  });
});

describe('text in a picture', () => {
  it('is escaped', () => {
    const svg = picture(1, 1, HOSTILE, text({ x: 1 }, HOSTILE));
    expect(svg).not.toMatch(/<script|<img|(?!\n)\p{Cc}/u);
    expect(svg.match(/<text/g)).toHaveLength(1);
  });

  it('takes a whole em where its script is wide', () => {
    expect(widthOf('成功', 10)).toBe(20);
    expect(widthOf('ab', 10)).toBeCloseTo(12.8);
  });

  it('wraps without losing a word', () => {
    const codes = 'little-law, syn-retransmits, few-samples, generator-saturated';
    expect(wrap(codes, 150, 12).join(' ')).toBe(codes);
    expect(wrap(codes, 150, 12).length).toBeGreaterThan(1);
    expect(wrap('', 100, 12)).toEqual([]);
  });
});
