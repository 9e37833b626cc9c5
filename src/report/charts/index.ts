import type { CellFacts, Facts } from '../facts.ts';
import { driverLabel } from '../labels.ts';
import { byLoad, chartNames, rateText, reasonOf } from '../sections/summary.ts';
import { type Bar, barChart } from './bars.ts';
import { percentileChart, type Spread } from './percentiles.ts';

/** Every chart of a report by file name, as the summary links them: for each load, rates and latencies. */
export function chartsOf(facts: Facts): Record<string, string> {
  const charts: Record<string, string> = {};
  const { words } = facts;
  byLoad(facts).forEach(([load, cells], index) => {
    const names = chartNames(cells, index);
    const subject = driverLabel(cells[0]!.result.load, load, words);
    if (names.rate !== null)
      charts[names.rate] = barChart(
        words.say('chart.rate'),
        subject,
        cells.map((cell) => bar(cell, facts)),
      );
    if (names.latency !== null) {
      const spreads = cells.flatMap((cell) => spread(cell, facts));
      charts[names.latency] = percentileChart(words.say('chart.latencyLog'), subject, spreads, words);
    }
  });
  return charts;
}

const nameOf = (cell: CellFacts, facts: Facts): string =>
  facts.severalEnvironments ? [cell.server, cell.environment].join(facts.words.say('separator')) : cell.server;

function bar(cell: CellFacts, facts: Facts): Bar {
  const { words } = facts;
  const rate = cell.result.requestsPerSecond;
  const label = nameOf(cell, facts);
  if (rate === null) {
    const verdict = [words.say(`verdict.${cell.result.verdict}`), reasonOf(cell, words)].join(words.say('colon'));
    return { label, value: null, range: null, text: verdict, marks: cell.marks };
  }
  return {
    label,
    value: rate.median,
    range: rate.n < 2 ? null : { low: rate.low, high: rate.high },
    text: rateText(rate, words),
    marks: cell.marks,
  };
}

function spread(cell: CellFacts, facts: Facts): Spread[] {
  const { latencyUs } = cell.result;
  if (latencyUs === null) return [];
  const { words } = facts;
  const points = (['p50', 'p90', 'p99', 'max'] as const).map((name) => ({ name, us: latencyUs[name] }));
  const text = points
    .map(({ name, us }) => `${words.say(`chart.${name}`)} ${words.duration(us)}`)
    .join(words.say('load.comma'));
  return [{ label: nameOf(cell, facts), points, text, marks: cell.marks }];
}
