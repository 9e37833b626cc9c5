import { rowsOf } from '../external/csv.ts';
import type { Exchange } from '../external/exchanges.ts';
import { unreadable } from '../external/outcome.ts';
import { COLUMNS } from './command.ts';

export interface OhaExchange extends Exchange {
  /** When oha's timer put the request into its queue; null without a rate. */
  queuedUs: number | null;
  bodyBytes: number;
}

/**
 * One row a complete reply, times in µs since oha's start.
 * @throws DriverError `output-unreadable`
 */
export function readRequests(csv: string): OhaExchange[] {
  const found: OhaExchange[] = [];
  for (const row of rowsOf(csv)) {
    const [start, queued, end, status, bodyBytes] = row.map(Number) as [number, number, number, number, number];
    if (row.length !== COLUMNS.length || ![start, queued, end, status, bodyBytes].every(Number.isFinite)) {
      throw unreadable('oha', `the row "${row.join(',').slice(0, 200)}"`);
    }
    const startUs = start * 1e6;
    const queuedUs = row[1] === '' ? null : queued * 1e6;
    found.push({ dueUs: queuedUs ?? startUs, startUs, endUs: end * 1e6, status, error: '', queuedUs, bodyBytes });
  }
  return found;
}

/**
 * oha's own words for what failed, each with how often.
 * @throws DriverError `output-unreadable`
 */
export function readFailures(json: string): Map<string, number> {
  let report: { errorDistribution?: Record<string, unknown> };
  try {
    report = JSON.parse(json) as typeof report;
  } catch (error) {
    throw unreadable('oha', String(error));
  }
  const failures = report.errorDistribution;
  if (typeof failures !== 'object' || failures === null) throw unreadable('oha', 'a report without errorDistribution');
  const counts = Object.entries(failures).map(([text, count]): [string, number] => [text, Number(count)]);
  if (!counts.every(([, count]) => Number.isSafeInteger(count))) throw unreadable('oha', JSON.stringify(failures));
  return new Map(counts);
}
