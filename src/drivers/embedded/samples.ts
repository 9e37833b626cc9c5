/** Elements in the first block and in the largest: an array grows by blocks, without copying what is there in the middle of a window. */
const FIRST = 1_024;
const LARGEST = 65_536;

/** Float64 samples that grow without ever being copied, up to a limit. */
export class Samples {
  readonly #limit: number;
  readonly #blocks: Float64Array[] = [];
  #block = new Float64Array(FIRST);
  #used = 0;
  #length = 0;

  /** @param limit what is pushed beyond it is not kept. */
  constructor(limit = Number.POSITIVE_INFINITY) {
    this.#limit = limit;
    this.#blocks.push(this.#block);
  }

  get length(): number {
    return this.#length;
  }

  /** @returns whether the value was kept. */
  push(value: number): boolean {
    if (this.#length >= this.#limit) return false;
    if (this.#used === this.#block.length) {
      this.#block = new Float64Array(Math.min(LARGEST, 2 * this.#used));
      this.#blocks.push(this.#block);
      this.#used = 0;
    }
    this.#block[this.#used] = value;
    this.#used += 1;
    this.#length += 1;
    return true;
  }

  /** All values in the order of their arrival, as a copy. */
  toArray(): Float64Array {
    const all = new Float64Array(this.#length);
    let from = 0;
    this.forEachBlock((block) => {
      all.set(block, from);
      from += block.length;
    });
    return all;
  }

  /** The values in the order of their arrival, in pieces. */
  forEachBlock(look: (values: Float64Array) => void): void {
    for (const block of this.#blocks) look(block === this.#block ? block.subarray(0, this.#used) : block);
  }
}
