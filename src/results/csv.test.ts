import { expect, test } from 'vitest';
import type { CellResult, Results } from '../model/result.ts';
import { resultsCsv } from './csv.ts';

const cell = (change: Partial<CellResult>): CellResult => ({
  id: 'nginx.stock.c100-kept',
  server: 'nginx',
  environment: 'stock',
  load: {
    driver: 'ab',
    path: '/info',
    method: 'GET',
    headers: {},
    body: null,
    stop: { kind: 'requests', requests: 100 },
    connections: 100,
    keepAlive: true,
    pipelining: 1,
    warmup: null,
    timeoutMs: 10_000,
    rate: null,
    http: '1.1',
  },
  verdict: 'not-run',
  reason: null,
  caveats: [],
  trials: 0,
  trialsPlanned: 1,
  requeued: 0,
  requestsPerSecond: null,
  latencyUs: null,
  latencyKind: null,
  histogram: null,
  errors: { total: 0, connect: 0, reset: 0, timeout: 0, resource: 0, other: 0, non2xx: 0, mismatched: 0 },
  serverCpuUsPerRequest: null,
  requestsPerServerCpuSecond: null,
  serverRssBytes: null,
  representativeTrial: null,
  ...change,
});

const csvOf = (change: Partial<CellResult>): string => resultsCsv({ cells: [cell(change)] } as unknown as Results);

test('a row has as many fields as the header', () => {
  const [header, row] = csvOf({}).trimEnd().split('\r\n') as [string, string];
  expect(row.split(',')).toHaveLength(header.split(',').length);
});

test('text with commas, quotes and line ends is quoted', () => {
  expect(csvOf({ reason: 'a,"b"\nc' })).toContain('"a,""b""\nc"');
});

test('text that a spreadsheet would run is disarmed', () => {
  expect(csvOf({ reason: '=cmd()' })).toContain("'=cmd()");
});
