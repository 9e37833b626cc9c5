import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Severity } from '../model/caveat.ts';
import { resultsSchema } from '../results/schema.ts';
import { contaminated } from './contaminated.ts';
import { journals } from './fixtures/arbitrary.ts';
import { cellOf, LOAD, runOf } from './fixtures/clean.ts';
import { foldResults } from './fold.ts';
import { verdictOf } from './verdict.ts';

const TRIALS = 7;
const open = { ...LOAD, rate: { perSecond: 1000, arrivals: 'poisson' as const } };
const CELLS = [
  cellOf('nginx'),
  cellOf('nginx', 'tuned'),
  cellOf('python'),
  { ...cellOf('go', 'stock', open), id: 'go.open' },
];
const run = runOf(CELLS, TRIALS, {
  baseline: { server: 'nginx' },
  thresholds: [{ match: {}, metric: 'errors', min: null, max: 0 }],
});
const records = journals(
  CELLS.map((cell) => cell.id),
  TRIALS,
);
const fold = (journal: Parameters<typeof foldResults>[1]) => foldResults(run, journal, '2026-11-23T09:06:00.000Z');

test('the fold gives results as published, whatever the records', () => {
  fc.assert(
    fc.property(records, (journal) => {
      expect(resultsSchema.safeParse(fold(journal)).error).toBeUndefined();
      for (const record of journal) expect(typeof contaminated(record, run.plan)).toBe('boolean');
    }),
    { numRuns: 200 },
  );
});

test('the order of the records does not matter', () => {
  const pairs = records.chain((journal) =>
    fc.record({ journal: fc.constant(journal), shuffled: fc.shuffledSubarray(journal, { minLength: journal.length }) }),
  );
  fc.assert(
    fc.property(pairs, ({ journal, shuffled }) => {
      expect(fold(shuffled)).toEqual(fold(journal));
    }),
  );
});

test('estimates lie within their ends, percentiles ascend, and counts add up', () => {
  fc.assert(
    fc.property(records, (journal) => {
      const { cells, comparisons } = fold(journal);
      for (const { low, median, high } of [
        ...cells.flatMap((cell) => cell.requestsPerSecond ?? []),
        ...comparisons.map(({ ratio }) => ratio),
      ]) {
        expect(low).toBeLessThanOrEqual(median);
        expect(median).toBeLessThanOrEqual(high);
      }
      for (const { latencyUs: l, trials, trialsPlanned, requestsPerSecond, verdict, caveats, errors } of cells) {
        if (l !== null)
          expect([l.p50, l.p90, l.p99, l.p999, l.max]).toEqual(
            [l.p50, l.p90, l.p99, l.p999, l.max].toSorted((a, b) => a - b),
          );
        expect(trials).toBeLessThanOrEqual(trialsPlanned);
        if (trials > 0) expect(requestsPerSecond?.n).toBe(trials);
        if (verdict !== 'not-run') expect(verdict).toBe(verdictOf(caveats));
        if (trials === 0) expect(['invalid', 'not-run']).toContain(verdict);
        const { total, non2xx, mismatched, ...transport } = errors;
        expect(total).toBeGreaterThanOrEqual(Object.values(transport).reduce((sum, one) => sum + one, 0));
        expect(total).toBeGreaterThanOrEqual(Math.max(non2xx, mismatched));
      }
    }),
  );
});

test('another caveat never makes a verdict better', () => {
  const severities = fc.array(fc.constantFrom<Severity>('note', 'suspect', 'invalid'));
  const rank = { valid: 0, suspect: 1, invalid: 2 } as const;
  const rankOf = (list: readonly Severity[]): number => rank[verdictOf(list.map((severity) => ({ severity })))];
  fc.assert(
    fc.property(severities, severities, (some, more) => {
      expect(rankOf([...some, ...more])).toBe(Math.max(rankOf(some), rankOf(more)));
    }),
  );
});
