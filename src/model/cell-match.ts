import type { CellMatch, Load } from './plan.ts';

/** A cell's facts under the names that a partial cell may give: `connections`, `duration` (ms), `rate` (a second) ... */
export function cellFacts(cell: { server: string; environment: string; load: Load }): CellMatch {
  const { load } = cell;
  return {
    server: cell.server,
    environment: cell.environment,
    driver: load.driver,
    path: load.path,
    method: load.method,
    ...(load.stop.kind === 'requests' ? { requests: load.stop.requests } : { duration: load.stop.durationMs }),
    connections: load.connections,
    keepAlive: load.keepAlive,
    pipelining: load.pipelining,
    timeout: load.timeoutMs,
    ...(load.rate === null ? {} : { rate: load.rate.perSecond, arrivals: load.rate.arrivals }),
    http: load.http,
  };
}

/** Whether every key of a partial cell is equal; an empty one matches all. */
export function matchesCell(cell: { server: string; environment: string; load: Load }, match: CellMatch): boolean {
  const facts = cellFacts(cell);
  return Object.entries(match).every(([key, value]) => facts[key] === value);
}
