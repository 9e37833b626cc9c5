import { rowsOf } from '../external/csv.ts';
import type { Exchange } from '../external/exchanges.ts';
import { unreadable } from '../external/outcome.ts';
import { FIRST_REPLY, MISMATCHED } from './script.ts';

export interface K6Exchange extends Exchange {
  connectUs: number;
  waitingUs: number;
}

/** What `--out csv` with µs since the epoch tells of a run. */
export interface K6Samples {
  exchanges: K6Exchange[];
  /** Times at which an intended start found no free virtual user, µs. */
  drops: number[];
  received: number;
  mismatched: number;
  firstReply: { bytes: number; server: string | null } | null;
}

/** Columns that are read, by name: their order follows from the script's system tags. */
const COLUMNS = ['metric_name', 'timestamp', 'metric_value', 'status', 'error', 'error_code', 'extra_tags'] as const;

/**
 * A request is one run of rows, `http_reqs` first; all of them bear the time at which it ended. Values are ms. It began
 * where `blocked` (waiting for a connection, connecting included) and `duration` (sending, waiting, receiving) together lead
 * back to. Times are counted from the first row.
 * @throws DriverError `output-unreadable`
 */
export function readSamples(csv: string): K6Samples {
  const found: K6Samples = { exchanges: [], drops: [], received: 0, mismatched: 0, firstReply: null };
  const rows = rowsOf(csv);
  const header = rows.next().value ?? [];
  const [name, time, value, status, error, code, extra] = COLUMNS.map((column) =>
    header.indexOf(column),
  ) as number[] as [number, number, number, number, number, number, number];
  if ([name, time, value, status, error, code, extra].includes(-1)) {
    throw unreadable('k6', `the columns "${header.join(',').slice(0, 200)}"`);
  }
  let epoch = Number.NaN;
  let open: K6Exchange | null = null;
  for (const row of rows) {
    const [at, amount] = [Number(row[time]), Number(row[value])];
    if (row.length !== header.length || !Number.isSafeInteger(at) || Number.isNaN(amount)) {
      throw unreadable('k6', `the row "${row.join(',').slice(0, 200)}"`);
    }
    if (Number.isNaN(epoch)) epoch = at;
    const us = amount * 1000;
    switch (row[name]) {
      case 'http_reqs': {
        const endUs = at - epoch;
        const said = failureIn(row[error] ?? '', Number(row[code] || 0));
        open = {
          dueUs: 0,
          startUs: endUs,
          endUs,
          status: Number(row[status]),
          error: said,
          connectUs: 0,
          waitingUs: 0,
        };
        found.exchanges.push(open);
        break;
      }
      case 'http_req_duration':
      case 'http_req_blocked':
        if (open !== null) open.startUs -= us;
        break;
      case 'http_req_connecting':
        if (open !== null) open.connectUs = us;
        break;
      case 'http_req_waiting':
        if (open !== null) open.waitingUs = us;
        break;
      case 'dropped_iterations':
        for (let i = 0; i < amount; i++) found.drops.push(at - epoch);
        break;
      case 'data_received':
        found.received += amount;
        break;
      case MISMATCHED:
        found.mismatched += amount;
        break;
      case FIRST_REPLY:
        found.firstReply ??= { bytes: amount, server: serverIn(row[extra] ?? '') };
        break;
    }
  }
  for (const one of found.exchanges) one.dueUs = one.startUs;
  return found;
}

/** A status of 400 and more has an error code of its own (1400 to 1599), and is a reply all the same. */
const failureIn = (error: string, code: number): string =>
  code === 0 || (code >= 1400 && code < 1600) ? '' : error || `k6 error ${code}`;

function serverIn(tags: string): string | null {
  const found = /(?:^|&)server=([^&]*)/.exec(tags)?.[1];
  try {
    return found ? decodeURIComponent(found) : null;
  } catch {
    return null;
  }
}
