import { encodeHistogram, newHistogram, recordUs } from '../../model/histogram.ts';
import type { Latency, Phases } from '../../model/measurement.ts';
import { phasesOf } from '../../model/phases.ts';
import { Samples } from './samples.ts';

/** Samples kept one by one (8 bytes each and phase); what comes after them goes into the histogram alone. */
const KEPT = 16_000_000;

/** Collects the replies of one window. Cheap while it runs; sorts and builds only at the end. */
export class Recorder {
  readonly #total = new Samples(KEPT);
  readonly #connect: Samples | null;
  readonly #waiting: Samples | null;
  readonly #overflow = newHistogram();
  readonly #perSecond: number[] = [];
  #startUs: number | null;
  // Welford's running moments: exact to rounding, whatever the number of samples.
  #count = 0;
  #mean = 0;
  #squares = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;

  /** @param startUs when the window began, by the clock of the replies; null: with the first one. @param phases whether connect and waiting come too. */
  constructor(startUs: number | null, phases: boolean) {
    this.#startUs = startUs;
    this.#connect = phases ? new Samples(KEPT) : null;
    this.#waiting = phases ? new Samples(KEPT) : null;
  }

  get count(): number {
    return this.#count;
  }

  /** One complete reply: when it was complete, and its times in µs. */
  reply(nowUs: number, totalUs: number, connectUs: number, waitingUs: number): void {
    if (this.#total.push(totalUs)) {
      this.#connect?.push(connectUs);
      this.#waiting?.push(waitingUs);
    } else recordUs(this.#overflow, totalUs);
    this.#count += 1;
    const delta = totalUs - this.#mean;
    this.#mean += delta / this.#count;
    this.#squares += delta * (totalUs - this.#mean);
    if (totalUs < this.#min) this.#min = totalUs;
    if (totalUs > this.#max) this.#max = totalUs;
    this.#startUs ??= nowUs;
    const second = Math.max(0, Math.floor((nowUs - this.#startUs) / 1e6));
    while (this.#perSecond.length <= second) this.#perSecond.push(0);
    this.#perSecond[second] = (this.#perSecond[second] as number) + 1;
  }

  /** null when there was no reply. */
  latency(about: Pick<Latency, 'kind' | 'resolutionUs' | 'includesConnect'>): Latency | null {
    if (this.#count === 0) return null;
    const histogram = newHistogram();
    for (const us of this.#total.toArray()) recordUs(histogram, us);
    histogram.add(this.#overflow);
    return {
      ...about,
      histogram: encodeHistogram(histogram),
      count: this.#count,
      minUs: this.#min,
      meanUs: this.#mean,
      maxUs: this.#max,
      stdevUs: this.#count > 1 ? Math.sqrt(this.#squares / (this.#count - 1)) : 0,
    };
  }

  /** null when there was no reply, or so many that not every one was kept. */
  phases(): Phases | null {
    if (this.#count > this.#total.length) return null;
    const total = this.#total.toArray();
    if (!this.#connect || !this.#waiting) return phasesOf({ total });
    return phasesOf({ connect: this.#connect.toArray(), waiting: this.#waiting.toArray(), total });
  }

  /** Replies in each second since the window's start, up to the end of the window; the last second may be a part of one. */
  perSecond(windowUs: number): number[] {
    const seconds = Math.max(this.#perSecond.length, Math.ceil(windowUs / 1e6));
    return Array.from({ length: seconds }, (_, i) => this.#perSecond[i] ?? 0);
  }
}

/** The smallest step of a clock in µs, but at least 1: the histogram counts whole µs. */
export function resolutionUs(now: () => number): number {
  let smallest = Number.POSITIVE_INFINITY;
  let last = now();
  for (let i = 0; i < 1_000; i++) {
    const next = now();
    if (next > last) smallest = Math.min(smallest, next - last);
    last = next;
  }
  return Math.max(1, Number.isFinite(smallest) ? smallest : 1);
}
