import type { Mark } from '../figures.ts';
import { figureOf } from './bars.ts';
import { element, escapeXml, fittedText, picture, text } from './svg.ts';

export interface Spread {
  label: string;
  /** Percentiles in µs, ascending, with their names: p50, p90, p99, max. */
  points: readonly { name: string; us: number }[];
  text: string;
  marks: readonly Mark[];
}

export interface AxisWords {
  duration(us: number): string;
}

const WIDTH = 760;
const ROW = 44;
const TOP = 40;
const LEFT = 20;
const RIGHT = WIDTH - 20;

/** Latency percentiles on a common logarithmic axis: one line a cell, a mark for each percentile. */
export function percentileChart(title: string, spreads: readonly Spread[], words: AxisWords): string {
  const values = spreads.flatMap((spread) => spread.points.map((point) => Math.max(1, point.us)));
  const from = 10 ** Math.floor(Math.log10(Math.min(...values)));
  const to = 10 ** Math.ceil(Math.log10(Math.max(...values, from * 1.001)));
  const x = (us: number): number =>
    LEFT + (Math.log10(Math.max(us, from) / from) / Math.log10(to / from)) * (RIGHT - LEFT);
  const bottom = TOP + spreads.length * ROW + 4;
  return picture(
    WIDTH,
    bottom + 22,
    title,
    text({ class: 'lc-title', x: 10, y: 22 }, title),
    ...axis(from, to, x, bottom, words),
    ...spreads.map((spread, index) => row(spread, TOP + index * ROW, x)),
  );
}

/** A line at each power of ten. */
function axis(from: number, to: number, x: (us: number) => number, bottom: number, words: AxisWords): string[] {
  const lines: string[] = [];
  for (let us = from; us <= to * 1.0001; us *= 10) {
    const anchor = us === from ? 'start' : us * 10 > to * 1.0001 ? 'end' : 'middle';
    lines.push(
      element('path', { class: 'lc-grid', d: `M${x(us).toFixed(1)} ${TOP}V${bottom}` }),
      text({ class: 'lc-soft', x: x(us), y: bottom + 15, 'text-anchor': anchor }, words.duration(us)),
    );
  }
  return lines;
}

function row(spread: Spread, y: number, x: (us: number) => number): string {
  const severity = spread.marks[0]?.severity ?? 'valid';
  const [first, last] = [spread.points[0], spread.points.at(-1)];
  if (first === undefined || last === undefined) return '';
  const line = element('path', {
    class: `lc-${severity} lc-span`,
    d: `M${x(first.us).toFixed(1)} ${y + 28}H${x(last.us).toFixed(1)}`,
  });
  const points = spread.points.map(({ us }, index) => mark(index, spread.points.length, x(us), y + 28, severity));
  const title = element('title', {}, escapeXml(`${spread.label}; ${spread.text}`));
  const label = fittedText({ x: 10, y: y + 14 }, `${spread.label}  ${figureOf(spread)}`, WIDTH - 20, 13);
  return element('g', {}, title, label, line, ...points);
}

/** From a dot for the median to a bar for the longest: told apart by shape, not by colour. */
function mark(index: number, count: number, x: number, y: number, severity: string): string {
  if (index === count - 1) return element('path', { class: 'lc-whisker', d: `M${x.toFixed(1)} ${y - 7}v14` });
  return element('circle', { class: `lc-${severity}`, cx: x, cy: y, r: 6 - index * 1.5 });
}
