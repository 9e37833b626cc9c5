import { type Mark, SIGN } from '../figures.ts';
import { element, escapeXml, fittedText, picture, text, widthOf } from './svg.ts';

export interface Bar {
  label: string;
  /** null: there is no number; `text` says why. */
  value: number | null;
  /** Ends of the whisker; null: none. */
  range: { low: number; high: number } | null;
  /** The figure as the report writes it. */
  text: string;
  marks: readonly Mark[];
}

const WIDTH = 760;
const ROW = 44;
const TOP = 40;

/** Horizontal bars from 0, each under its label, with its range as a whisker and its figure and doubts behind it. */
export function barChart(title: string, bars: readonly Bar[]): string {
  const longest = Math.max(...bars.map((bar) => widthOf(figureOf(bar), 13)), 0);
  const room = Math.max(240, WIDTH - longest - 36);
  const most = Math.max(...bars.map((bar) => Math.max(bar.value ?? 0, bar.range?.high ?? 0)), 1e-9);
  const x = (value: number): number => 10 + (value / most) * (room - 10);
  const rows = bars.map((bar, index) => row(bar, TOP + index * ROW, x));
  return picture(WIDTH, TOP + bars.length * ROW + 6, title, text({ class: 'lc-title', x: 10, y: 22 }, title), ...rows);
}

/** The figure with every doubt by name: a picture is copied without its footnotes. */
export function figureOf({ text: figure, marks }: Pick<Bar, 'text' | 'marks'>): string {
  const first = marks[0];
  if (first === undefined) return figure;
  const codes = marks.length > 2 ? `${first.code} +${marks.length - 1}` : marks.map((mark) => mark.code).join(', ');
  return `${figure} ${SIGN[first.severity]} ${codes}`.replace('  ', ' ');
}

function row(bar: Bar, y: number, x: (value: number) => number): string {
  const label = fittedText({ x: 10, y: y + 14 }, bar.label, WIDTH - 20, 13);
  if (bar.value === null) return label + fittedText({ class: 'lc-soft', x: 10, y: y + 33 }, bar.text, WIDTH - 20, 12);
  const severity = bar.marks[0]?.severity ?? 'valid';
  const body = element('rect', {
    class: `lc-${severity}`,
    x: 10,
    y: y + 20,
    width: Math.max(1, x(bar.value) - 10),
    height: 16,
  });
  const end = Math.max(x(bar.value), bar.range === null ? 0 : x(bar.range.high)) + 8;
  const figure = figureOf(bar);
  const tooltip = element(
    'title',
    {},
    [bar.label, bar.text, ...bar.marks.map((mark) => mark.code)].map((one) => escapeXml(one)).join('; '),
  );
  return element(
    'g',
    {},
    tooltip,
    label,
    body,
    whisker(bar, y + 28, x),
    fittedText({ x: end, y: y + 33 }, figure, WIDTH - end - 4, 13),
  );
}

function whisker({ range }: Bar, y: number, x: (value: number) => number): string {
  if (range === null || range.high <= range.low) return '';
  const [low, high] = [x(range.low), x(range.high)];
  return element('path', {
    class: 'lc-whisker',
    d: `M${low.toFixed(1)} ${y - 5}v10M${low.toFixed(1)} ${y}H${high.toFixed(1)}M${high.toFixed(1)} ${y - 5}v10`,
  });
}
