import type { CellFacts } from '../facts.ts';
import { type Figure, type Mark, marksOf } from '../figures.ts';
import { driverLabel } from '../labels.ts';
import type { Words } from '../words.ts';
import type { Section } from './section.ts';

export interface ComparisonsView {
  rows: ComparisonRow[];
  /** What the range of the ratios is, in a sentence. */
  explanation: string;
}

interface ComparisonRow {
  server: string;
  environment: string;
  baseline: string;
  load: string;
  ratio: Figure;
  /** No more than the range supports. */
  words: string;
}

/** Ratios to the baseline. A range that holds 1 is said to show no difference; nothing is ranked. */
export const comparisons: Section<ComparisonsView> = (facts) => {
  const { words } = facts;
  const rows = facts.results.comparisons.flatMap((comparison): ComparisonRow[] => {
    const cell = facts.cell(comparison.cell);
    const baseline = facts.cell(comparison.baseline);
    if (cell === null || baseline === null) return [];
    const { ratio } = comparison;
    const range = words.range(words.ratio(ratio.low), words.ratio(ratio.high));
    const text = ratio.n < 2 ? words.ratio(ratio.median) : `${words.ratio(ratio.median)} (${range})`;
    return [
      {
        server: cell.server,
        environment: cell.environment,
        baseline: baselineName(cell, baseline),
        load: driverLabel(cell.result.load, cell.load, words),
        ratio: { text, marks: both(cell, baseline) },
        words: claim(ratio, words),
      },
    ];
  });
  if (rows.length === 0) return null;
  const intervals = new Set(
    facts.results.comparisons.filter(({ ratio }) => ratio.n > 1).map(({ ratio }) => ratio.interval),
  );
  const kind = intervals.size === 1 ? [...intervals][0] : intervals.size === 0 ? 'single' : 'mixed';
  return { rows, explanation: words.say(`comparisons.explanation.${kind}`) };
};

/** Names only what differs from the cell itself. */
function baselineName(cell: CellFacts, baseline: CellFacts): string {
  const parts = [
    ...(cell.server === baseline.server ? [] : [baseline.server]),
    ...(cell.environment === baseline.environment ? [] : [baseline.environment]),
    ...(cell.load === baseline.load ? [] : [baseline.load]),
  ];
  return parts.join(' · ') || baseline.server;
}

/** A ratio of two numbers is no better than the worse of them. */
const both = (cell: CellFacts, baseline: CellFacts): Mark[] =>
  marksOf([...cell.result.caveats, ...baseline.result.caveats]);

function claim(ratio: { low: number; high: number; n: number }, words: Words): string {
  if (ratio.n < 2) return words.say('comparisons.single');
  const trials = { count: words.count(ratio.n) };
  if (ratio.low <= 1 && ratio.high >= 1) return words.say('comparisons.straddles', trials);
  return words.say(ratio.low > 1 ? 'comparisons.above' : 'comparisons.below', trials);
}
