import type { CellResult, Estimate } from '../../model/result.ts';
import { type CellFacts, caveatsByCode, type Facts } from '../facts.ts';
import { type Figure, footnoteLabel } from '../figures.ts';
import { driverLabel } from '../labels.ts';
import { clip } from '../markdown/escape.ts';
import type { Words } from '../words.ts';
import type { Section } from './section.ts';

export interface SummaryView {
  severalEnvironments: boolean;
  /** One table for each load. */
  groups: SummaryGroup[];
  /** Why cells have no number: those with the same reason stand together. */
  missing: { cells: string; reason: string }[];
  marked: boolean;
  footnotes: { label: string; code: string; text: string }[];
}

export interface SummaryGroup {
  /** Driver and load. */
  heading: string;
  /** Column headings that depend on what was measured. */
  rateHeading: string;
  latencyHeading: { p50: string; p99: string };
  rows: SummaryRow[];
  /** File names of this load's charts; null where there is nothing to draw. */
  charts: { rate: string | null; latency: string | null };
}

interface SummaryRow {
  server: string;
  environment: string;
  rate: Figure | null;
  p50: Figure | null;
  p99: Figure | null;
  errors: Figure | null;
  trials: string;
  verdict: string;
}

export const summary: Section<SummaryView> = (facts) => {
  if (facts.cells.length === 0) return null;
  const { words } = facts;
  const footnotes = caveatsByCode(facts).map(({ code, found }) => {
    const messages = [...new Set(found.map(({ caveat }) => caveat.message))];
    const cells = words.say('summary.cells', { count: words.count(found.length) });
    const text =
      messages.length === 1 ? words.sentence(messages[0] as string) : words.say('summary.seeCaveats', { cells });
    return { label: footnoteLabel(code), code, text };
  });
  return {
    severalEnvironments: facts.severalEnvironments,
    groups: byLoad(facts).map(([load, cells], index) => group(load, cells, index, words)),
    missing: missing(facts),
    marked: footnotes.length > 0,
    footnotes,
  };
};

/** Cells under the same load stand together: those are the ones that may be compared. */
export function byLoad(facts: Facts): [load: string, cells: CellFacts[]][] {
  const groups = new Map<string, CellFacts[]>();
  for (const cell of facts.cells) groups.set(cell.load, [...(groups.get(cell.load) ?? []), cell]);
  return [...groups];
}

/** Driver and load; each driver where several drove it. */
export const loadHeading = (load: string, cells: readonly CellFacts[], words: Words): string =>
  [...new Set(cells.map((cell) => driverLabel(cell.result.load, load, words)))].join(' / ');

function group(load: string, cells: CellFacts[], index: number, words: Words): SummaryGroup {
  const intervals = new Set(cells.flatMap((cell) => rangeOf(cell.result.requestsPerSecond)));
  const kinds = new Set(cells.flatMap((cell) => cell.result.latencyKind ?? []));
  const kind = kinds.size === 1 ? [...kinds][0] : 'mixed';
  const heading = (percentile: string): string =>
    words.say('summary.latency', { percentile, kind: words.say(`latency.${kind}`) });
  return {
    heading: loadHeading(load, cells, words),
    rateHeading: words.say(intervals.size === 1 ? `summary.rate.${[...intervals][0]}` : 'summary.rate.mixed'),
    latencyHeading: { p50: heading('p50'), p99: heading('p99') },
    rows: cells.map((cell) => row(cell, intervals.size > 1, kind === 'mixed', words)),
    charts: chartNames(cells, index),
  };
}

/** File names of a load's charts; null where there is nothing to draw. */
export const chartNames = (cells: readonly CellFacts[], index: number): SummaryGroup['charts'] => ({
  rate: cells.some((cell) => cell.result.requestsPerSecond !== null) ? `requests-${index + 1}.svg` : null,
  latency: cells.some((cell) => cell.result.latencyUs !== null) ? `latency-${index + 1}.svg` : null,
});

/** What the ends of an estimate are; nothing for a single trial, which has no range. */
const rangeOf = (estimate: Estimate | null): Estimate['interval'][] =>
  estimate === null || estimate.n < 2 ? [] : [estimate.interval];

function row(cell: CellFacts, labelled: boolean, mixedKinds: boolean, words: Words): SummaryRow {
  const { result } = cell;
  const { requestsPerSecond: rate, latencyUs } = result;
  const latency = (us: number | undefined): Figure | null => {
    if (us === undefined) return null;
    const kind =
      mixedKinds && result.latencyKind !== null
        ? words.say('aside', { text: words.say(`latency.${result.latencyKind}`) })
        : '';
    return cell.figure(words.duration(us) + kind);
  };
  const measured = rate !== null || latencyUs !== null;
  return {
    server: cell.server,
    environment: cell.environment,
    rate: rate === null ? null : cell.figure(rateText(rate, words, labelled)),
    p50: latency(latencyUs?.p50),
    p99: latency(latencyUs?.p99),
    errors: measured || result.errors.total > 0 ? cell.figure(errorText(result, words)) : null,
    trials: words.say('summary.of', { done: words.count(result.trials), planned: words.count(result.trialsPlanned) }),
    verdict: words.say(`verdict.${result.verdict}`),
  };
}

/** `9,216 (8,950–9,400)`; with what the range is where a heading cannot say it for all. */
export function rateText(rate: Estimate, words: Words, labelled = false): string {
  const median = words.rate(rate.median);
  if (rate.n < 2) return median;
  const range = words.range(words.rate(rate.low), words.rate(rate.high));
  return labelled ? `${median} (${words.say(`interval.${rate.interval}`)} ${range})` : `${median} (${range})`;
}

const ERROR_KINDS = ['connect', 'reset', 'timeout', 'resource', 'other', 'non2xx', 'mismatched'] as const;

/** The total, and what it is made of when it is not 0. Replies that are wrong are no errors of the connection: both are named. */
export function errorText(result: CellResult, words: Words): string {
  const { errors } = result;
  const kinds = ERROR_KINDS.filter((kind) => errors[kind] > 0).map(
    (kind) => `${words.say(`errors.${kind}`)} ${words.count(errors[kind])}`,
  );
  const total = words.count(errors.total);
  return kinds.length === 0 ? total : total + words.say('aside', { text: kinds.join(words.say('load.comma')) });
}

function missing(facts: Facts): SummaryView['missing'] {
  const reasons = new Map<string, Set<string>>();
  for (const cell of facts.cells) {
    if (cell.result.requestsPerSecond !== null) continue;
    const names = facts.severalEnvironments ? [cell.server, cell.environment] : [cell.server];
    const reason = [facts.words.say(`verdict.${cell.result.verdict}`), reasonOf(cell, facts.words)].join(
      facts.words.say('colon'),
    );
    reasons.set(reason, (reasons.get(reason) ?? new Set()).add(names.join(facts.words.say('separator'))));
  }
  return [...reasons].map(([reason, cells]) => ({
    cells: [...cells].join(facts.words.say('load.comma')),
    reason: clip(reason, 600),
  }));
}

/** Why a cell has no rate: the plan's reason, or what became of its trials. */
export function reasonOf(cell: CellFacts, words: Words): string {
  if (cell.result.reason !== null) return words.sentence(cell.result.reason);
  const reasons = new Set(cell.records.map((record) => ('reason' in record.outcome ? record.outcome.reason : '')));
  reasons.delete('');
  const told = [...reasons].map((reason) => words.sentence(reason)).join(words.say('semicolon'));
  return told || words.say('summary.nothingMeasured');
}
