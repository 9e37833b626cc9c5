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

export interface OhaReport {
  /** Complete replies. */
  replies: number;
  /** oha's own words for what failed, each with how often. */
  failures: Map<string, number>;
  /** From oha's start to the last outcome, failures included, µs. */
  totalUs: number;
}

/** @throws DriverError `output-unreadable` */
export function readReport(json: string): OhaReport {
  let report: Record<string, unknown>;
  try {
    report = JSON.parse(json) as typeof report;
  } catch (error) {
    throw unreadable('oha', String(error));
  }
  const failures = countsIn(report, 'errorDistribution');
  const replies = countsIn(report, 'statusCodeDistribution').values();
  const { total } = (report.summary ?? {}) as { total?: unknown };
  if (typeof total !== 'number') throw unreadable('oha', 'its report has no total time');
  return { failures, replies: [...replies].reduce((sum, count) => sum + count, 0), totalUs: total * 1e6 };
}

function countsIn(report: Record<string, unknown>, name: string): Map<string, number> {
  const counts = Object.entries(report[name] ?? {}).map(([key, count]): [string, number] => [key, Number(count)]);
  if (typeof report[name] !== 'object' || !counts.every(([, count]) => Number.isSafeInteger(count))) {
    throw unreadable('oha', `its report has ${JSON.stringify(report[name])?.slice(0, 200)} for ${name}`);
  }
  return new Map(counts);
}
