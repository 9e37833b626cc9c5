import { Samples } from '../embedded/samples.ts';
import { linesOf } from '../external/lines.ts';
import { unreadable } from '../external/outcome.ts';

/** What our template got out of hey. Times in µs. */
export interface HeyOutput {
  /** From its start to the last worker's end, by Go's monotonic clock. */
  windowUs: number;
  /** Requests that ended in one way or the other. */
  results: number;
  /** Sum of the Content-Length of all replies that had one. */
  declaredBytes: number;
  statusCounts: Record<string, number>;
  /** Go's words for failed requests, and how often. */
  errors: Map<string, number>;
  /** A row a reply, of the first million: hey keeps no more. */
  rows: { totalUs: Float64Array; connectUs: Float64Array; waitingUs: Float64Array; startUs: Float64Array };
}

/** @throws DriverError `output-unreadable` */
export function readOutput(text: string): HeyOutput {
  const lines = linesOf(text);
  if (lines.next().value !== 'loadcell hey 1') throw unreadable('hey', 'our template left no results');
  const head = new Map<string, number>();
  const statusCounts: Record<string, number> = {};
  const errors = new Map<string, number>();
  const columns = [new Samples(), new Samples(), new Samples(), new Samples()] as const;
  let [inRows, ended] = [false, false];
  for (const line of lines) {
    if (line === 'rows') inRows = true;
    else if (line === 'end') ended = true;
    else {
      const fields = line.split('\t');
      if (inRows) readRow(fields, columns);
      else if (fields[0] === 'status') statusCounts[fields[1] as string] = wholeOf(fields[2]);
      else if (fields[0] === 'error') errors.set(textOf(fields[1] ?? ''), wholeOf(fields[2]));
      else head.set(fields[0] as string, wholeOf(fields[1]));
    }
  }
  if (!ended) throw unreadable('hey', 'its results have no end');
  const need = (name: string): number => {
    const value = head.get(name);
    if (value === undefined) throw unreadable('hey', `no "${name}"`);
    return value;
  };
  const [totalUs, connectUs, waitingUs, startUs] = columns.map((column) => column.toArray());
  return {
    windowUs: need('total') / 1000,
    results: need('results'),
    declaredBytes: need('bytes'),
    statusCounts,
    errors,
    rows: { totalUs, connectUs, waitingUs, startUs } as HeyOutput['rows'],
  };
}

function readRow(fields: readonly string[], columns: readonly Samples[]): void {
  for (const [i, column] of columns.entries()) {
    const seconds = Number(fields[i] || Number.NaN);
    if (fields.length !== columns.length || Number.isNaN(seconds)) {
      throw unreadable('hey', `the row "${fields.join(' ').slice(0, 100)}"`);
    }
    column.push(Math.round(seconds * 1e6));
  }
}

function wholeOf(field: string | undefined): number {
  if (field === undefined || !/^\d+$/.test(field)) throw unreadable('hey', `"${field}" where a count should be`);
  return Number(field);
}

/** Hexadecimal digits of UTF-8. */
function textOf(hex: string): string {
  const bytes = hex.match(/../g)?.map((two) => Number.parseInt(two, 16)) ?? [];
  return new TextDecoder().decode(Uint8Array.from(bytes));
}
