import { type Mark, SIGN } from '../figures.ts';
import { element, escapeXml, fittedText, picture, TITLE, text, titleText, widthOf, wrap } from './svg.ts';

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

export const WIDTH = 760;
const ROW = 44;
const LINE = 16;

/** Horizontal bars from 0, each under its label, with its range as a whisker, its figure behind and its doubts below it. */
export function barChart(title: string, subject: string, bars: readonly Bar[]): string {
  const longest = Math.max(...bars.map((bar) => (bar.value === null ? 0 : widthOf(signed(bar), 13))), 0);
  const room = Math.max(200, WIDTH - longest - 36);
  const most = Math.max(...bars.map((bar) => Math.max(bar.value ?? 0, bar.range?.high ?? 0)), 1e-9);
  const x = (value: number): number => 10 + (value / most) * (room - 10);
  const rows = stacked(bars, ROW, (bar, y) => row(bar, y, x));
  return picture(WIDTH, rows.bottom + 6, `${title}: ${subject}`, titleText(title, subject, WIDTH), ...rows.drawn);
}

/** Rows one below the other, each with its doubts by name under it: a picture is copied without its footnotes. */
export function stacked<Row extends { marks: readonly Mark[] }>(
  rows: readonly Row[],
  height: number,
  draw: (row: Row, y: number) => string,
): { drawn: string[]; bottom: number } {
  let y = TITLE;
  const drawn = rows.map((row) => {
    const codes = wrap(row.marks.map((mark) => mark.code).join(', '), WIDTH - 30, 12);
    const lines = codes.map((line, index) => text({ class: 'lc-soft', x: 20, y: y + height + 5 + index * LINE }, line));
    const one = element('g', {}, draw(row, y), ...lines);
    y += height + codes.length * LINE;
    return one;
  });
  return { drawn, bottom: y };
}

/** The figure with the sign of its gravest doubt. */
export function signed({ text: figure, marks }: { text: string; marks: readonly Mark[] }): string {
  const first = marks[0];
  return first === undefined ? figure : `${figure} ${SIGN[first.severity]}`.trimEnd();
}

function row(bar: Bar, y: number, x: (value: number) => number): string {
  const label = fittedText({ x: 10, y: y + 14 }, bar.label, WIDTH - 20, 13);
  if (bar.value === null) return label + fittedText({ class: 'lc-soft', x: 10, y: y + 33 }, bar.text, WIDTH - 20, 12);
  const severity = bar.marks[0]?.severity ?? 'valid';
  const size = { x: 10, y: y + 20, width: Math.max(1, x(bar.value) - 10), height: 16 };
  const body = element('rect', { class: `lc-${severity}`, ...size });
  const end = Math.max(x(bar.value), bar.range === null ? 0 : x(bar.range.high)) + 8;
  const tooltip = element(
    'title',
    {},
    escapeXml([bar.label, bar.text, ...bar.marks.map((mark) => mark.code)].join('; ')),
  );
  return tooltip + label + body + whisker(bar, y + 28, x) + text({ x: end, y: y + 33 }, signed(bar));
}

function whisker({ range }: Bar, y: number, x: (value: number) => number): string {
  if (range === null || range.high <= range.low) return '';
  const [low, high] = [x(range.low).toFixed(1), x(range.high).toFixed(1)];
  return element('path', { class: 'lc-whisker', d: `M${low} ${y - 5}v10M${low} ${y}H${high}M${high} ${y - 5}v10` });
}
