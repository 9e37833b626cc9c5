import { describe, expect, it } from 'vitest';
import type { Measurement } from '../model/measurement.ts';
import type { ReportInput } from './facts.ts';
import { realistic } from './fixtures/run.ts';
import { shipped } from './fixtures/templates.ts';
import { renderReport } from './render.ts';

const english = await shipped('en');
const rendered = (input: ReportInput): string => renderReport(input, english).markdown;

/** What a run may lack: the report says less, and never "null", "NaN" or "undefined". */
describe('a report of little', () => {
  const cases: [name: string, change: (input: ReportInput) => ReportInput][] = [
    [
      'no cells at all',
      (input) => ({ ...input, results: { ...input.results, cells: [], comparisons: [] }, records: [] }),
    ],
    ['no records', (input) => ({ ...input, records: [] })],
    [
      'nothing measured',
      (input) =>
        onCells(input, {
          requestsPerSecond: null,
          latencyUs: null,
          latencyKind: null,
          representativeTrial: null,
          trials: 0,
        }),
    ],
    [
      'rates without a distribution',
      (input) =>
        onCells(input, {
          latencyUs: null,
          latencyKind: null,
          histogram: null,
          serverCpuUsPerRequest: null,
          serverRssBytes: null,
        }),
    ],
    [
      'one trial',
      (input) => onCells(input, { requestsPerSecond: { median: 5, low: 5, high: 5, interval: 'range', n: 1 } }),
    ],
    [
      'intervals',
      (input) => onCells(input, { requestsPerSecond: { median: 5, low: 4, high: 6, interval: '95%', n: 9 } }),
    ],
    [
      'measurements that know next to nothing',
      (input) =>
        onMeasurements(input, {
          bytes: { received: null, body: null },
          phases: null,
          latency: null,
          replyBodyBytes: null,
          serverHeader: null,
          ownOutput: null,
          latencyMissing: 'It has none.',
        }),
    ],
    [
      'no stage',
      (input) => ({ ...input, records: input.records.map((record) => ({ ...record, stage: null, proofs: [] })) }),
    ],
    [
      'no git, no versions',
      (input) => ({ ...input, run: { ...input.run, git: null, servers: {}, drivers: {}, relaxed: [] } }),
    ],
    [
      'a plan without its servers and cells',
      (input) => ({
        ...input,
        run: { ...input.run, plan: { ...input.run.plan, servers: [], cells: [], environments: [] } },
      }),
    ],
  ];

  it.each(cases)('%s', (_, change) => {
    const markdown = rendered(change(realistic()));
    expect(markdown).not.toMatch(/\b(?:null|NaN|undefined|Infinity)\b|\[object/);
    expect(markdown).toContain('## The machine');
    expect(markdown).toContain('## Run it again');
  });

  it('shows no range for a single trial, and calls an interval by its name', () => {
    const single = rendered(
      onCells(realistic(), { requestsPerSecond: { median: 5, low: 5, high: 5, interval: 'range', n: 1 } }),
    );
    expect(single).toContain('| Requests/s: median |');
    expect(single).toMatch(/\| 5\.00 \|/);
    const interval = rendered(
      onCells(realistic(), { requestsPerSecond: { median: 500, low: 400, high: 600, interval: '95%', n: 9 } }),
    );
    expect(interval).toContain('Requests/s: median (95% interval)');
    expect(interval).toContain('500 (400–600)');
    expect(interval).toContain('median of 9 trials; 95% interval 400–600');
  });

  it('labels each range itself where they differ', () => {
    const input = realistic();
    const first = input.results.cells.find(({ id }) => id === 'nginx.stock.fresh')!;
    first.requestsPerSecond = { median: 500, low: 400, high: 600, interval: '95%', n: 9 };
    const markdown = rendered(input);
    expect(markdown).toContain('500 (95% 400–600)');
    expect(markdown).toContain('9,216 (lowest–highest 8,940–9,401)');
  });
});

function onCells(input: ReportInput, change: Partial<ReportInput['results']['cells'][number]>): ReportInput {
  return {
    ...input,
    results: { ...input.results, cells: input.results.cells.map((cell) => ({ ...cell, ...change })) },
  };
}

function onMeasurements(input: ReportInput, change: Partial<Measurement>): ReportInput {
  const records = input.records.map((record) =>
    record.outcome.kind === 'measured'
      ? { ...record, outcome: { ...record.outcome, measurement: { ...record.outcome.measurement, ...change } } }
      : record,
  );
  return { ...input, records };
}
