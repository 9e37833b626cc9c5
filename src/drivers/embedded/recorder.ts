import type { Phases } from '../../model/measurement.ts';
import { PERCENTAGES, percentileRank } from '../../model/phases.ts';
import { Distribution } from './distribution.ts';
import type { WorkerLatency } from './protocol.ts';

/** Collects the replies of one window. Cheap while it runs. */
export class Recorder {
  readonly #total = new Distribution();
  readonly #parts: Record<'connect' | 'processing' | 'waiting', Distribution> | null;
  readonly #perSecond: number[] = [];
  /** When the window began, by the clock of the replies; null: with the first one. */
  startUs: number | null = null;

  /** @param phases whether connect and waiting come too. */
  constructor(phases: boolean) {
    this.#parts = phases
      ? { connect: new Distribution(), processing: new Distribution(), waiting: new Distribution() }
      : null;
  }

  get count(): number {
    return this.#total.count;
  }

  /** One complete reply: when it was complete, and its times in µs. */
  reply(nowUs: number, totalUs: number, connectUs: number, waitingUs: number): void {
    this.#total.push(totalUs);
    if (this.#parts !== null) {
      this.#parts.connect.push(connectUs);
      this.#parts.processing.push(totalUs - connectUs);
      this.#parts.waiting.push(waitingUs);
    }
    this.startUs ??= nowUs;
    const second = Math.max(0, Math.floor((nowUs - this.startUs) / 1e6));
    while (this.#perSecond.length <= second) this.#perSecond.push(0);
    this.#perSecond[second] = (this.#perSecond[second] as number) + 1;
  }

  /** null when there was no reply. */
  latency(about: Pick<WorkerLatency, 'kind' | 'resolutionUs' | 'includesConnect'>): WorkerLatency | null {
    if (this.count === 0) return null;
    return { ...about, counts: this.#total.counts(), count: this.count, ...this.#total.moments() };
  }

  /** As `phasesOf` has them; null when there was no reply, or so many that not every one was kept. */
  phases(): Phases | null {
    const total = this.#total.row();
    if (total === null) return null;
    const values = this.#total.at(PERCENTAGES.map((percent) => percentileRank(this.count, percent)));
    return {
      connect: this.#parts?.connect.row() ?? null,
      processing: this.#parts?.processing.row() ?? null,
      waiting: this.#parts?.waiting.row() ?? null,
      total,
      percentiles: PERCENTAGES.map((percent, i) => [percent, values[i] as number]),
    };
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
