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
  serverCpuCores: null,
  serverRssBytes: null,
  serverRssBytesPerConnection: null,
  timeWaitMax: null,
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

test('what it cost stands under its names, and is empty where it was not observed', () => {
  const cost = { serverCpuCores: 0.97, requestsPerServerCpuSecond: 51_546, timeWaitMax: 14_112 };
  const [header, row] = csvOf(cost)
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(',')) as [string[], string[]];
  const at = (name: string) => row[header.indexOf(name)];
  expect(at('server_cpu_cores')).toBe('0.97');
  expect(at('requests_per_server_cpu_second')).toBe('51546');
  expect(at('time_wait_max')).toBe('14112');
  expect(at('server_rss_bytes_per_connection')).toBe('');
});
