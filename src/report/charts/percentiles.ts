import type { Mark } from '../figures.ts';
import { signed, stacked, WIDTH } from './bars.ts';
import { element, escapeXml, fittedText, picture, TITLE, text, titleText, widthOf } from './svg.ts';

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

const LEFT = 20;
const RIGHT = WIDTH - 20;
const ROW = 44;

/** Latency percentiles on a common logarithmic axis: one line a cell, a mark for each percentile. */
export function percentileChart(title: string, subject: string, spreads: readonly Spread[], words: AxisWords): string {
  const values = spreads.flatMap((spread) => spread.points.map((point) => Math.max(1, point.us)));
  const from = 10 ** Math.floor(Math.log10(Math.min(...values)));
  const to = 10 ** Math.ceil(Math.log10(Math.max(...values, from * 1.001)));
  const x = (us: number): number =>
    LEFT + (Math.log10(Math.max(us, from) / from) / Math.log10(to / from)) * (RIGHT - LEFT);
  const rows = stacked(spreads, ROW, (spread, y) => row(spread, y, x));
  const bottom = rows.bottom + 4;
  const heading = titleText(title, subject, WIDTH);
  return picture(
    WIDTH,
    bottom + 22,
    `${title}: ${subject}`,
    heading,
    ...axis(from, to, x, bottom, words),
    ...rows.drawn,
  );
}

/** A line at each power of ten. */
function axis(from: number, to: number, x: (us: number) => number, bottom: number, words: AxisWords): string[] {
  const steps = Math.round(Math.log10(to / from));
  return Array.from({ length: steps + 1 }, (_, step) => {
    const us = from * 10 ** step;
    const anchor = step === 0 ? 'start' : step === steps ? 'end' : 'middle';
    const line = element('path', { class: 'lc-grid', d: `M${x(us).toFixed(1)} ${TITLE}V${bottom}` });
    return line + text({ class: 'lc-soft', x: x(us), y: bottom + 15, 'text-anchor': anchor }, words.duration(us));
  });
}

/** The figures stand whole at the right; what is left of the line is the label's. */
function row(spread: Spread, y: number, x: (us: number) => number): string {
  const severity = spread.marks[0]?.severity ?? 'valid';
  const [first, last] = [spread.points[0], spread.points.at(-1)];
  if (first === undefined || last === undefined) return '';
  const figure = signed(spread);
  const room = Math.max(80, WIDTH - 40 - widthOf(figure, 13) - 10);
  const line = `M${x(first.us).toFixed(1)} ${y + 28}H${x(last.us).toFixed(1)}`;
  return [
    element('title', {}, escapeXml([spread.label, spread.text, ...spread.marks.map((mark) => mark.code)].join('; '))),
    fittedText({ x: 10, y: y + 14 }, spread.label, room, 13),
    text({ x: WIDTH - 10, y: y + 14, 'text-anchor': 'end' }, figure),
    element('path', { class: `lc-${severity} lc-span`, d: line }),
    ...spread.points.map(({ us }, index) => mark(index, spread.points.length, x(us), y + 28, severity)),
  ].join('');
}

/** From a dot for the median to a bar for the longest: told apart by shape, not by colour. */
function mark(index: number, count: number, x: number, y: number, severity: string): string {
  if (index === count - 1) return element('path', { class: 'lc-whisker', d: `M${x.toFixed(1)} ${y - 7}v14` });
  return element('circle', { class: `lc-${severity}`, cx: x, cy: y, r: 6 - index * 1.5 });
}
