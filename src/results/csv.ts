import type { Results } from '../model/result.ts';

/** The columns of results.csv, one row a cell. */
const COLUMNS: readonly [name: string, value: (cell: Results['cells'][number]) => string | number | boolean | null][] =
  [
    ['cell', (c) => c.id],
    ['server', (c) => c.server],
    ['environment', (c) => c.environment],
    ['driver', (c) => c.load.driver],
    ['method', (c) => c.load.method],
    ['path', (c) => c.load.path],
    ['connections', (c) => c.load.connections],
    ['keep_alive', (c) => c.load.keepAlive],
    ['pipelining', (c) => c.load.pipelining],
    ['rate_per_second', (c) => c.load.rate?.perSecond ?? null],
    ['verdict', (c) => c.verdict],
    ['reason', (c) => c.reason],
    ['caveats', (c) => [...new Set(c.caveats.map((caveat) => caveat.code))].join(' ')],
    ['trials', (c) => c.trials],
    ['requests_per_second_median', (c) => c.requestsPerSecond?.median ?? null],
    ['requests_per_second_low', (c) => c.requestsPerSecond?.low ?? null],
    ['requests_per_second_high', (c) => c.requestsPerSecond?.high ?? null],
    ['interval', (c) => c.requestsPerSecond?.interval ?? null],
    ['latency_kind', (c) => c.latencyKind],
    ['latency_p50_us', (c) => c.latencyUs?.p50 ?? null],
    ['latency_p90_us', (c) => c.latencyUs?.p90 ?? null],
    ['latency_p99_us', (c) => c.latencyUs?.p99 ?? null],
    ['latency_p999_us', (c) => c.latencyUs?.p999 ?? null],
    ['latency_max_us', (c) => c.latencyUs?.max ?? null],
    ['errors', (c) => c.errors.total],
    ['server_cpu_us_per_request', (c) => c.serverCpuUsPerRequest],
    ['server_rss_bytes', (c) => c.serverRssBytes],
    ['requests_per_server_cpu_second', (c) => c.requestsPerServerCpuSecond],
    ['server_cpu_cores', (c) => c.serverCpuCores],
    ['server_rss_bytes_per_connection', (c) => c.serverRssBytesPerConnection],
    ['time_wait_max', (c) => c.timeWaitMax],
  ];

/** RFC 4180. Raw numbers; empty where there is none. */
export function resultsCsv(results: Results): string {
  const rows = results.cells.map((cell) => COLUMNS.map(([, value]) => field(value(cell))));
  return [COLUMNS.map(([name]) => name), ...rows].map((row) => `${row.join(',')}\r\n`).join('');
}

/** Quotes text, and disarms what a spreadsheet would take for a formula. Numbers stay as they are. */
function field(value: string | number | boolean | null): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const safe = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
