import { Samples } from '../embedded/samples.ts';
import { linesOf } from '../external/lines.ts';
import { unreadable } from '../external/outcome.ts';

/** h2load's `--log-file`: a row for every request that ended, in µs. */
export interface RequestLog {
  /** Rows, failed streams included. */
  rows: number;
  /** HTTP/2 streams that were reset (status -1). */
  failed: number;
  /** Service times of complete replies, µs by the steady clock, in the order of their ends. */
  totalUs: Float64Array;
  /** When each of them ended, µs since the first row's start. */
  endsUs: Float64Array;
  /** Earliest start, on the same scale; starts are stamps of the wall clock. */
  firstUs: number;
  lastUs: number;
  statusCounts: Record<string, number>;
}

/** @throws DriverError `output-unreadable` */
export function readLog(text: string): RequestLog {
  const [total, ends] = [new Samples(), new Samples()];
  const statuses = new Map<string, number>();
  let [rows, failed, origin, firstUs, lastUs] = [0, 0, Number.NaN, Number.POSITIVE_INFINITY, 0];
  for (const line of linesOf(text)) {
    const found = /^(\d+)\t(-1|\d+)\t(\d+)$/.exec(line);
    if (!found) throw unreadable('h2load', `the row "${line.slice(0, 100)}" in its log`);
    const [start, status, us] = [Number(found[1]), found[2] as string, Number(found[3])];
    rows += 1;
    if (rows === 1) origin = start;
    if (status === '-1') {
      failed += 1;
      continue;
    }
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    total.push(us);
    ends.push(start - origin + us);
    firstUs = Math.min(firstUs, start - origin);
    lastUs = Math.max(lastUs, start - origin + us);
  }
  return {
    rows,
    failed,
    totalUs: total.toArray(),
    endsUs: ends.toArray(),
    firstUs: total.length === 0 ? 0 : firstUs,
    lastUs,
    statusCounts: Object.fromEntries([...statuses].sort(([a], [b]) => a.localeCompare(b))),
  };
}
