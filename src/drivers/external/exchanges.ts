import { type ErrorCounts, type Latency, noErrors, type Phases } from '../../model/measurement.ts';
import { phasesOf } from '../../model/phases.ts';
import type { Load } from '../../model/plan.ts';
import { scheduleUs } from '../../model/schedule.ts';
import { errorKindOf } from './error-text.ts';
import { latencyOfSamples } from './latency.ts';

/** One request as its generator saw it, times in µs from an origin that all of a run's requests share. */
export interface Exchange {
  /** When it was to start in an open loop; else when it did. Latency counts from here. */
  dueUs: number;
  startUs: number;
  endUs: number;
  /** Status of the complete reply; 0: there was none. */
  status: number;
  /** The generator's words for what went wrong; '' with a complete reply. */
  error: string;
}

export interface Window {
  /** Complete replies in the window, whatever their status. */
  replied: Exchange[];
  /** Requests that failed, those of the window's end too whose failure showed behind it (a timeout). */
  failed: Exchange[];
  /** Replies that were complete behind the window only. */
  inFlight: number;
  /** Where the window begins, by the exchanges' own origin. */
  beginUs: number;
  lengthUs: number;
}

/**
 * Cuts a run's requests to the window. A closed loop that runs for a time ends on the µs: what ended later was in flight.
 * Where the generator was late to stop it ends with the last start: until then every connection was at work.
 * A counted one lasts from the first start to the last end. An open loop waits for the replies to all that it started: its
 * window is that of `Measurement.windowUs`.
 * @param beginUs when a closed loop began; by default at the first start
 */
export function windowOf(exchanges: readonly Exchange[], load: Load, beginUs = firstOf(exchanges)): Window {
  const spanUs = scheduleUs(load);
  return spanUs === null ? closedWindow(exchanges, load, beginUs) : openWindow(exchanges, spanUs);
}

const isReply = ({ status, error }: Exchange): boolean => status > 0 && error === '';

function openWindow(exchanges: readonly Exchange[], spanUs: number): Window {
  const replied = exchanges.filter(isReply);
  let [beginUs, lastUs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { endUs } of replied) {
    if (endUs < beginUs) beginUs = endUs;
    if (endUs > lastUs) lastUs = endUs;
  }
  const failed = exchanges.filter((one) => !isReply(one));
  return { replied, failed, inFlight: 0, beginUs, lengthUs: Math.max(spanUs, lastUs - beginUs) };
}

function closedWindow(exchanges: readonly Exchange[], load: Load, beginUs: number): Window {
  const timed = load.stop.kind === 'duration' ? load.stop.durationMs * 1000 : null;
  const limitUs = timed === null ? Number.POSITIVE_INFINITY : Math.max(beginUs + timed, lastStart(exchanges));
  const replied: Exchange[] = [];
  const failed: Exchange[] = [];
  let [inFlight, lastUs] = [0, beginUs];
  for (const one of exchanges) {
    const good = isReply(one);
    if (good && one.endUs > limitUs) inFlight += 1;
    else (good ? replied : failed).push(one);
    if (one.endUs > lastUs) lastUs = one.endUs;
  }
  return { replied, failed, inFlight, beginUs, lengthUs: (timed === null ? lastUs : limitUs) - beginUs };
}

function lastStart(exchanges: readonly Exchange[]): number {
  let last = Number.NEGATIVE_INFINITY;
  for (const { startUs } of exchanges) if (startUs > last) last = startUs;
  return last;
}

function firstOf(exchanges: readonly Exchange[]): number {
  let first = Number.POSITIVE_INFINITY;
  for (const { startUs } of exchanges) if (startUs < first) first = startUs;
  return exchanges.length === 0 ? 0 : first;
}

export const latencyOf = ({ dueUs, endUs }: Exchange): number => endUs - dueUs;

/** null when there is no reply. */
export function latencyIn(
  window: Window,
  load: Load,
  about: Pick<Latency, 'resolutionUs' | 'includesConnect'>,
): Latency | null {
  const kind = load.rate === null ? 'service-time' : 'response-time';
  return latencyOfSamples(window.replied.map(latencyOf), { ...about, kind });
}

/** ab's table of the totals alone. */
export const totalsIn = (window: Window): Phases | null =>
  phasesOf({ total: Float64Array.from(window.replied, latencyOf) });

/** Replies in each second of the window; the last one may be a part of a second. */
export function perSecondIn({ replied, beginUs, lengthUs }: Window): number[] {
  const counts = new Array<number>(Math.max(1, Math.ceil(lengthUs / 1e6))).fill(0);
  for (const { endUs } of replied) {
    const second = Math.min(counts.length - 1, Math.max(0, Math.floor((endUs - beginUs) / 1e6)));
    counts[second] = (counts[second] as number) + 1;
  }
  return counts;
}

export function statusCountsIn(window: Window): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of window.replied) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** How often each text was said. */
export function countWords(texts: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

/** Failures by kind, from the generator's words for them. */
export function errorsOf(words: ReadonlyMap<string, number>): ErrorCounts {
  const errors = noErrors();
  for (const [text, count] of words) errors[errorKindOf(text)] += count;
  return errors;
}

/** The three most frequent reasons of failures, one sentence each, without the ports that differ from one to the next. */
export function reasonNotes(words: ReadonlyMap<string, number>): string[] {
  const merged = new Map<string, number>();
  for (const [text, count] of words) {
    const plain = text.replaceAll(/:\d{4,5}(?=->|: )/g, '').slice(0, 200);
    merged.set(plain, (merged.get(plain) ?? 0) + count);
  }
  const most = [...merged].sort((a, b) => b[1] - a[1]).slice(0, 3);
  return most.map(([text, count]) => `${count} requests failed: ${text}.`);
}
