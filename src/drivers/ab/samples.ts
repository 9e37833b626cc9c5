import { linesOf } from '../external/lines.ts';
import { unreadable } from '../external/outcome.ts';

/** `-g`: one row a request, ascending by total time. */
export interface PerRequest {
  /** Total time in ms, rounded as ab does: floor((µs + 500) / 1000). */
  totalMs: Int32Array;
  /** Requests started in each second of the wall clock, in order. */
  startsPerSecond: number[];
}

/** @throws DriverError `output-unreadable` */
export function readPerRequest(tsv: string, complete: number): PerRequest {
  const totalMs = new Int32Array(complete);
  const starts = new Map<number, number>();
  let n = -1;
  for (const line of linesOf(tsv)) {
    if (n === -1) {
      if (line !== 'starttime\tseconds\tctime\tdtime\tttime\twait')
        throw unreadable('ab', `per-request columns "${line}"`);
    } else {
      const fields = line.split('\t');
      const [second, total] = [Number(fields[1]), Number(fields[4])];
      if (!Number.isInteger(second) || !Number.isInteger(total)) throw unreadable('ab', `per-request row "${line}"`);
      if (n < complete) totalMs[n] = total;
      starts.set(second, (starts.get(second) ?? 0) + 1);
    }
    n += 1;
  }
  if (n !== complete) throw unreadable('ab', `${Math.max(0, n)} per-request rows for ${complete} requests`);
  return { totalMs, startsPerSecond: seriesOf(starts) };
}

function seriesOf(starts: ReadonlyMap<number, number>): number[] {
  const first = Math.min(...starts.keys());
  const last = Math.max(...starts.keys());
  // A wall clock that was set would ask for years of seconds.
  if (!(last - first < 1_000_000)) return [];
  return Array.from({ length: last - first + 1 }, (_, i) => starts.get(first + i) ?? 0);
}

/** A sample that is known to the µs: its place in ascending order and its value. */
export type Anchor = readonly [index: number, us: number];

/**
 * `-e`: percentile i is the sample at floor(0.5 + n i / 100), in µs. With 50 requests or fewer ab reads past its array
 * there: those rows are garbage and left out. Up to 100 requests the rest is every single sample.
 */
export function readAnchors(csv: string, n: number): Anchor[] {
  const anchors: Anchor[] = [];
  for (const line of linesOf(csv)) {
    const [percent, us] = line
      .split(',')
      .map((field, i) => (i === 1 ? Math.round(Number(field) * 1000) : Number(field)));
    if (percent === undefined || us === undefined || Number.isNaN(percent) || Number.isNaN(us)) continue;
    const index = percent === 100 ? n - 1 : Math.floor(0.5 + (n * percent) / 100);
    if (index < n && index > (anchors.at(-1)?.[0] ?? -1)) anchors.push([index, us]);
  }
  return anchors;
}

/**
 * Every sample in µs: the anchors exactly, those between them within the bounds that their neighbours and their own
 * rounded ms give, spread evenly on a logarithmic scale. So whole percentiles are exact, others within half a ms.
 * @throws DriverError `output-unreadable` when the two files contradict each other.
 */
export function reconstruct(totalMs: Int32Array, anchors: readonly Anchor[]): Float64Array {
  const samples = new Float64Array(totalMs.length);
  if (anchors[0]?.[0] !== 0 || anchors.at(-1)?.[0] !== totalMs.length - 1)
    throw unreadable('ab', 'percentiles without an end');
  for (const [at, [index, us]] of anchors.entries()) {
    if (us < (anchors[at - 1]?.[1] ?? 0) || Math.floor((us + 500) / 1000) !== totalMs[index]) {
      throw unreadable('ab', `request ${index} took ${us} µs in one file and ${totalMs[index]} ms in the other`);
    }
    samples[index] = us;
    const next = anchors[at + 1];
    if (next) fillBetween(samples, totalMs, [index, us], next);
  }
  return samples;
}

function fillBetween(samples: Float64Array, totalMs: Int32Array, [from, low]: Anchor, [to, high]: Anchor): void {
  let start = from + 1;
  while (start < to) {
    const ms = totalMs[start] as number;
    let end = start;
    while (end < to && totalMs[end] === ms) end += 1;
    const lowest = Math.max(low, ms * 1000 - 500, 1);
    const highest = Math.max(lowest, Math.min(high, ms * 1000 + 499));
    const ratio = highest / lowest;
    for (let i = start; i < end; i++) samples[i] = lowest * ratio ** ((i - start + 1) / (end - start + 1));
    start = end;
  }
}
