import { rowsOf } from '../external/csv.ts';
import type { Exchange } from '../external/exchanges.ts';
import { unreadable } from '../external/outcome.ts';

/** One row of `vegeta encode -to csv`. */
export interface VegetaResult extends Exchange {
  /** Place in the order of starts, from 0. */
  index: number;
  bodyBytes: number;
  /** base64, as much as vegeta kept; '' when it kept none. */
  body: string;
  /** The reply's header lines, base64. */
  headers: string;
}

/**
 * Columns: start (ns since the epoch), status, latency (ns), bytes out, bytes in, error, body, attack, number, method, URL,
 * headers. Times are counted from the whole second in which the first row started: ns since the epoch are no doubles.
 * @throws DriverError `output-unreadable`
 */
export function readResults(csv: string): VegetaResult[] {
  const results: VegetaResult[] = [];
  let epoch: bigint | null = null;
  for (const row of rowsOf(csv)) {
    const [start, status, latency, , bytesIn, error, body, , index, , , headers] = row;
    const codes = [status, latency, bytesIn, index].map(Number);
    if (row.length !== 12 || !/^\d+$/.test(start ?? '') || !codes.every(Number.isSafeInteger)) {
      throw unreadable('vegeta', `the row "${row.join(',').slice(0, 200)}"`);
    }
    const [code, latencyNs, bodyBytes, at] = codes as [number, number, number, number];
    const startNs = BigInt(start as string);
    epoch ??= startNs - (startNs % 1_000_000_000n);
    const startUs = Number(startNs - epoch) / 1000;
    results.push({
      index: at,
      dueUs: startUs,
      startUs,
      endUs: startUs + latencyNs / 1000,
      status: code,
      // A status of 400 and more is an error to vegeta too, and its text is there: that is a reply all the same.
      error: code > 0 ? '' : (error ?? '') || 'no reply',
      bodyBytes,
      body: body ?? '',
      headers: headers ?? '',
    });
  }
  return results;
}

/** The Server header; null when there is none. */
export function serverOf({ headers }: VegetaResult): string | null {
  return /^server:[ \t]*(.*?)[ \t]*\r?$/im.exec(decoded(headers))?.[1] ?? null;
}

function decoded(base64: string): string {
  try {
    return atob(base64);
  } catch {
    throw unreadable('vegeta', `header lines "${base64.slice(0, 100)}"`);
  }
}

/** Text as base64 of its UTF-8 bytes, as Go writes it. */
export const encoded = (text: string): string =>
  btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));
