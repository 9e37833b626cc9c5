import type { ThresholdResult } from '../../model/result.ts';
import type { Facts } from '../facts.ts';
import type { Figure } from '../figures.ts';
import type { Words } from '../words.ts';
import type { Section } from './section.ts';

export interface ThresholdsView {
  rows: { cell: string; metric: string; value: Figure | null; limit: string; holds: boolean }[];
}

/** What the experiment declared must hold, and whether it does. */
export const thresholds: Section<ThresholdsView> = (facts) => {
  if (facts.results.thresholds.length === 0) return null;
  return { rows: facts.results.thresholds.map((threshold) => row(threshold, facts)) };
};

function row(threshold: ThresholdResult, { cell: find, words }: Facts): ThresholdsView['rows'][number] {
  const { metric, value, min, max, holds } = threshold;
  const cell = find(threshold.cell);
  const limits = [
    ...(min === null ? [] : [`≥ ${metricText(metric, min, words)}`]),
    ...(max === null ? [] : [`≤ ${metricText(metric, max, words)}`]),
  ];
  const text = value === null ? null : metricText(metric, value, words);
  return {
    cell: cell?.label ?? threshold.cell,
    metric: words.find(`metric.${metric}`) ?? metric,
    value: text === null ? null : (cell?.figure(text) ?? { text, marks: [] }),
    limit: limits.join(words.say('load.comma')),
    holds,
  };
}

function metricText(metric: string, value: number, words: Words): string {
  if (metric.startsWith('latencyUs')) return words.duration(value);
  return metric === 'errors' ? words.count(value) : words.rate(value);
}
