import { COUNTERS, counterOf, lowestOf } from '../../model/histogram-counter.ts';
import type { PhaseRow } from '../../model/measurement.ts';
import { medianRanks } from '../../model/phases.ts';
import { Samples } from './samples.ts';

/** Samples kept one by one (8 bytes each); what comes after them is only counted. */
const KEPT = 16_000_000;

/**
 * One time of every reply, in µs. It is counted and summed as it comes, by code that the window keeps warm: sorting a window's
 * samples would be most of what a generator is waited for behind it (25 ms for 250,000).
 */
export class Distribution {
  readonly #samples = new Samples(KEPT);
  readonly #counts = new Uint32Array(COUNTERS);
  // Welford's running moments: exact to rounding, whatever the number of samples.
  #count = 0;
  #mean = 0;
  #squares = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  get count(): number {
    return this.#count;
  }

  push(us: number): void {
    const counter = counterOf(us);
    this.#counts[counter] = (this.#counts[counter] as number) + 1;
    this.#samples.push(us);
    this.#count += 1;
    const delta = us - this.#mean;
    this.#mean += delta / this.#count;
    this.#squares += delta * (us - this.#mean);
    if (us < this.#min) this.#min = us;
    if (us > this.#max) this.#max = us;
  }

  /** null when there is none, or when there were so many that not every one was kept. */
  row(): PhaseRow | null {
    if (this.#count === 0 || this.#count > this.#samples.length) return null;
    const middle = this.at(medianRanks(this.#count));
    const { stdevUs: sdUs, ...moments } = this.moments();
    return { ...moments, sdUs, medianUs: middle.reduce((a, b) => a + b) / middle.length };
  }

  /** The values that stand there in ascending order, exactly. Every one must have been kept. @param ranks from 0 to `count - 1` */
  at(ranks: readonly number[]): number[] {
    const wanted = this.#countersWith(ranks);
    const members = new Map(
      [...wanted.values()].map(({ counter }) => [counter, new Members(this.#counts[counter] as number)]),
    );
    const look = new Uint8Array(COUNTERS);
    for (const counter of members.keys()) look[counter] = 1;
    this.#samples.forEachBlock((block) => {
      for (let i = 0; i < block.length; i++) {
        const us = block[i] as number;
        const counter = counterOf(us);
        if (look[counter] === 1) members.get(counter)?.push(us);
      }
    });
    const ascending = new Map([...members].map(([counter, some]) => [counter, some.ascending()]));
    return ranks.map((rank) => {
      const { counter, below } = wanted.get(rank) as { counter: number; below: number };
      return ascending.get(counter)?.[rank - below] as number;
    });
  }

  /** Rank -> its counter, and how many values lie below that. */
  #countersWith(ranks: readonly number[]): Map<number, { counter: number; below: number }> {
    const wanted = new Map<number, { counter: number; below: number }>();
    const ascending = [...new Set(ranks)].sort((a, b) => a - b);
    let below = 0;
    for (let counter = 0; counter < COUNTERS && ascending.length > 0; counter++) {
      const count = this.#counts[counter] as number;
      while (ascending.length > 0 && (ascending[0] as number) < below + count) {
        wanted.set(ascending.shift() as number, { counter, below });
      }
      below += count;
    }
    return wanted;
  }

  /** How many there are of each, by the lowest whole µs of a histogram's counter. */
  counts(): [us: number, count: number][] {
    const counts: [us: number, count: number][] = [];
    for (let counter = 0; counter < COUNTERS; counter++) {
      const count = this.#counts[counter] as number;
      if (count > 0) counts.push([lowestOf(counter), count]);
    }
    return counts;
  }

  /** Mean, deviation and extremes of all of them. */
  moments(): { meanUs: number; stdevUs: number; minUs: number; maxUs: number } {
    const stdevUs = this.#count > 1 ? Math.sqrt(this.#squares / (this.#count - 1)) : 0;
    return { meanUs: this.#mean, stdevUs, minUs: this.#min, maxUs: this.#max };
  }
}

/** The values of one counter. */
class Members {
  readonly #values: Float64Array;
  #used = 0;
  #same = true;

  constructor(count: number) {
    this.#values = new Float64Array(count);
  }

  push(us: number): void {
    this.#values[this.#used] = us;
    this.#used += 1;
    if (us !== this.#values[0]) this.#same = false;
  }

  /** Kept connections take no time to connect, a million times: there is nothing to sort. */
  ascending(): Float64Array {
    return this.#same ? this.#values : this.#values.sort();
  }
}
