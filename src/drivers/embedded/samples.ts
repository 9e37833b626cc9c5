/** Elements in one block: a longer array grows by a block, without copying what is there in the middle of a window. */
const BLOCK = 65_536;

/** Float64 samples that grow without ever being copied, up to a limit. */
export class Samples {
  readonly #limit: number;
  readonly #blocks: Float64Array[] = [];
  #block = new Float64Array(BLOCK);
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
    if (this.#used === BLOCK) {
      this.#block = new Float64Array(BLOCK);
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
    for (const [i, block] of this.#blocks.entries()) {
      const from = i * BLOCK;
      all.set(block.subarray(0, Math.min(BLOCK, this.#length - from)), from);
    }
    return all;
  }
}
