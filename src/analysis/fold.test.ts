import { describe, expect, test } from 'vitest';
import { decodeHistogram } from '../model/histogram.ts';
import type { TrialRecord } from '../model/record.ts';
import { resultsSchema } from '../results/schema.ts';
import { contaminated } from './contaminated.ts';
import { edited } from './fixtures/clean.ts';
import { realistic } from './fixtures/realistic.ts';
import { foldResults } from './fold.ts';

const ENDED = '2026-11-23T09:06:00.000Z';
const { run, records } = realistic();
const results = foldResults(run, records, ENDED);
const cell = (id: string) => results.cells.find((one) => one.id === id)!;

describe('the fold of a realistic run', () => {
  test('is the golden one', async () => {
    const readable = JSON.parse(JSON.stringify(results), (key, value) =>
      key === 'histogram' && value !== null ? `${decodeHistogram(value).totalCount} values` : value,
    );
    await expect(`${JSON.stringify(readable, null, 2)}\n`).toMatchFileSnapshot('fixtures/results.json');
  });

  test('is what the published schema says', () => {
    expect(resultsSchema.safeParse(results).error).toBeUndefined();
  });

  test('takes the median over trials, with an interval by rank', () => {
    expect(cell('python.stock').requestsPerSecond).toEqual({
      median: 4000,
      low: 3920,
      high: 4080,
      interval: '95%',
      n: 7,
    });
    expect(cell('python.stock').representativeTrial).toBe(1);
  });

  test('lets the second attempt stand for a disturbed trial', () => {
    const first = records.find((one) => one.cell === 'nginx.stock' && one.trial === 4)!;
    expect(contaminated(first, run.plan)).toBe(true);
    expect(cell('nginx.stock')).toMatchObject({ verdict: 'valid', trials: 7, requeued: 1, caveats: [] });
    expect(cell('nginx.stock').requestsPerSecond?.high).toBe(51_000);
  });

  test('leaves invalid and failed trials out of the numbers, and says so', () => {
    const { caveats, trials, verdict, errors, requestsPerSecond } = cell('python.tuned');
    expect({ trials, verdict, n: requestsPerSecond?.n }).toEqual({ trials: 5, verdict: 'suspect', n: 5 });
    expect(requestsPerSecond?.interval).toBe('range');
    expect(caveats.map(({ code, evidence }) => [code, evidence.codes])).toEqual([
      ['trials-failed', 'server-exited'],
      ['trials-left-out', 'non-2xx'],
    ]);
    expect(errors.non2xx).toBe(0);
  });

  test('says how many trials have a caveat', () => {
    expect(cell('nginx.stock.fresh').caveats).toMatchObject([
      { code: 'accept-queue-overflow', severity: 'suspect', evidence: { ListenOverflows: 5000, trials: '7 of 7' } },
    ]);
  });

  test('gives reasons to cells that were not run', () => {
    expect(cell('uwsgi.stock')).toMatchObject({
      verdict: 'not-run',
      reason: 'uwsgi is not installed',
      trialsPlanned: 7,
    });
    expect(cell('legacy.stock')).toMatchObject({ verdict: 'not-run', reason: 'it closes every connection' });
    expect(results.run.complete).toBe(true);
  });

  test('compares with the baseline of the same load, trial by trial', () => {
    expect(results.comparisons.map((one) => [one.cell, one.baseline, one.ratio.n])).toEqual([
      ['nginx.tuned', 'nginx.stock', 7],
      ['python.stock', 'nginx.stock', 7],
      ['python.tuned', 'nginx.stock', 5],
    ]);
    expect(results.comparisons[0]?.ratio.median).toBeCloseTo(1.04, 6);
  });

  test('checks thresholds at the cells that they are for; what was not measured holds nothing', () => {
    const told = results.thresholds.map(({ cell: id, metric, holds }) => `${id} ${metric} ${holds}`);
    expect(told).toContain('nginx.stock requestsPerSecond true');
    expect(told).toContain('nginx.stock.fresh requestsPerSecond false');
    expect(told).toContain('python.tuned latencyUs.p99 true');
    expect(told).toContain('uwsgi.stock latencyUs.p99 false');
    expect(told).toHaveLength(3 + 7);
  });

  test('derives what a request costs the server', () => {
    // 9.7 s of CPU time for 500,000 requests.
    expect(cell('nginx.stock').serverCpuUsPerRequest).toBeCloseTo(19.4, 6);
    expect(cell('nginx.stock').requestsPerServerCpuSecond).toBeCloseTo(500_000 / 9.7, 3);
    expect(cell('nginx.stock').serverRssBytes).toBe(45_000_000);
    // 9.7 s of CPU time in a window of 10 s; TIME_WAIT of either kind of connection.
    expect(cell('nginx.stock').serverCpuCores).toBeCloseTo(0.97, 6);
    expect(cell('nginx.stock').timeWaitMax).toBe(20);
    expect(cell('uwsgi.stock')).toMatchObject({ serverCpuCores: null, timeWaitMax: null });
  });

  test('is read by the schema as it was before it told all of that', () => {
    const told = ['serverCpuCores', 'serverRssBytesPerConnection', 'timeWaitMax'];
    const old = JSON.parse(JSON.stringify(results), (key, value) => (told.includes(key) ? undefined : value));
    expect(old.cells[0]).not.toHaveProperty('timeWaitMax');
    expect(resultsSchema.parse(old).cells[0]).toMatchObject(Object.fromEntries(told.map((name) => [name, null])));
  });
});

describe('memory for each connection', () => {
  /** 100 kept connections: 39 MB before any load, 40 MB before the window, 45 MB at most. */
  const folded = (edit: Parameters<typeof edited>[0], only = 1): number | null | undefined => {
    const { run: plain, records: all } = edited(edit);
    return foldResults(plain, all.slice(0, only), ENDED).cells[0]?.serverRssBytesPerConnection;
  };

  test('is the growth from before any load to the most, by connections', () => {
    expect(folded(() => {})).toBe(60_000);
    expect(folded(({ observation: o }) => void Object.assign(o.server!, { rssBytesMax: 38_000_000 }))).toBe(0);
  });

  test('is the median over trials', () => {
    expect(folded(({ observation: o }) => void Object.assign(o.server!, { rssBytesMax: 90_000_000 }), 3)).toBe(60_000);
  });

  test('in a record that does not tell what it was before any load, is known only without a warm-up', () => {
    const untold: Parameters<typeof edited>[0] = ({ observation: o }) =>
      void Object.assign(o.server!, { rssBytesIdle: undefined });
    expect(folded(untold)).toBe(50_000);
    const warmup = { kind: 'duration', durationMs: 500 } as const;
    const warmed: typeof untold = (draft) => {
      untold(draft);
      draft.cell.load.warmup = warmup;
    };
    expect(folded(warmed)).toBeNull();
  });

  test.each<[string, Parameters<typeof edited>[0]]>([
    ['fresh connections', ({ cell }) => void Object.assign(cell.load, { keepAlive: false })],
    ['few connections', ({ cell }) => void Object.assign(cell.load, { connections: 99 })],
    ['an open loop', ({ cell }) => void Object.assign(cell.load, { rate: { perSecond: 1000, arrivals: 'constant' } })],
    ['failed requests', ({ measurement }) => void Object.assign(measurement.errors, { timeout: 3 })],
    ['an observation that saw no server', ({ observation }) => void Object.assign(observation, { server: null })],
  ])('is not told of %s', (_, edit) => expect(folded(edit)).toBeNull());
});

describe('the fold of what went wrong', () => {
  const fold = (change: (records: TrialRecord[]) => TrialRecord[]) => {
    const { run: plain, records: all } = edited(() => {});
    return foldResults(plain, change(all), ENDED);
  };
  const failed = { kind: 'load-failed', code: 'generator-deadline', reason: 'it hung', completed: null } as const;
  const aborted = { kind: 'aborted', reason: 'interrupted' } as const;

  test('without a record a cell is not run, and the run incomplete', () => {
    const { cells, run: about } = fold(() => []);
    expect(cells[0]).toMatchObject({ verdict: 'not-run', reason: 'no trial of it was run', requestsPerSecond: null });
    expect(about).toMatchObject({ complete: false, isolation: 'none' });
  });

  test('without a measurement a cell is invalid, with the reason', () => {
    const [cell] = fold((all) => all.map((record) => ({ ...record, outcome: failed }))).cells;
    expect(cell).toMatchObject({ verdict: 'invalid', reason: 'it hung', trials: 0, requestsPerSecond: null });
    expect(cell?.caveats[0]).toMatchObject({ code: 'trials-failed', severity: 'invalid' });
  });

  test('with invalid trials only, the numbers are theirs and the verdict says so', () => {
    const died = { alive: false, code: null, signal: 'SIGSEGV', killed: false, restarted: false };
    const [cell] = fold((all) => all.map((record) => ({ ...record, server: died }))).cells;
    expect(cell).toMatchObject({ verdict: 'invalid', reason: null, trials: 0 });
    expect(cell?.requestsPerSecond?.n).toBe(3);
  });

  test('an aborted second attempt does not take the first one’s place', () => {
    const again = (all: TrialRecord[], outcome: TrialRecord['outcome']) => [
      ...all,
      { ...all[0]!, attempt: 2, sequence: 9, outcome },
    ];
    const kept = fold((all) => again(all, aborted));
    expect(kept.cells[0]).toMatchObject({ trials: 3, requeued: 1, verdict: 'valid' });
    expect(kept.run.complete).toBe(true);
    expect(fold((all) => again(all, failed)).cells[0]).toMatchObject({ trials: 2, requeued: 1, verdict: 'suspect' });
  });

  test('a run with an aborted trial is not complete', () => {
    const { run: about } = fold((all) => all.map((record, i) => (i === 1 ? { ...record, outcome: aborted } : record)));
    expect(about.complete).toBe(false);
  });
});

describe('contaminated', () => {
  const judged = (edit: Parameters<typeof edited>[0]): boolean => {
    const { run: about, records: all } = edited(edit);
    return contaminated(all[0]!, about.plan);
  };

  test('by what the machine did, not by what the server did', () => {
    expect(judged(() => {})).toBe(false);
    expect(judged(({ observation: o }) => Object.assign(o.cpus['0']!, { stealMs: 5_000 }))).toBe(true);
    expect(judged(({ observation: o }) => Object.assign(o.cpus['1']!, { userMs: 9_000 }))).toBe(true);
    expect(judged(({ observation: o }) => Object.assign(o, { throttledUs: 5_000_000 }))).toBe(true);
    expect(judged(({ observation: o }) => Object.assign(o, { throttledUs: 10 }))).toBe(false);
    expect(judged(({ record }) => Object.assign(record.server!, { alive: false }))).toBe(false);
    expect(judged(({ observation: o }) => Object.assign(o.network!, { 'TcpExt.ListenDrops': 10_000 }))).toBe(false);
    expect(judged(({ record }) => Object.assign(record, { outcome: { kind: 'aborted', reason: 'x' } }))).toBe(false);
  });

  test('nothing of a smoke run, which is not repeated', () => {
    const disturbed = judged((draft) => {
      draft.observation.throttledUs = 5_000_000;
      draft.run.plan.quick = true;
    });
    expect(disturbed).toBe(false);
  });
});
