import { ReplyError } from './reply-head.ts';

const MAX_LINE = 8_192;

/** Reads a chunked body (RFC 9112, section 7.1), its trailer section included, from the pieces in which it comes. */
export class ChunkReader {
  readonly #onBody: (buffer: Buffer, from: number, to: number) => void;
  #state: 'size' | 'data' | 'data-end' | 'trailer' = 'size';
  #left = 0;
  #line = '';

  constructor(onBody: (buffer: Buffer, from: number, to: number) => void) {
    this.#onBody = onBody;
  }

  begin(): void {
    this.#state = 'size';
    this.#line = '';
  }

  /**
   * @returns where the body's end is in `buffer`, or -1 when it has not come yet.
   * @throws ReplyError
   */
  read(buffer: Buffer, from: number, to: number): number {
    let at = from;
    while (at < to) {
      if (this.#state === 'data') {
        const end = Math.min(to, at + this.#left);
        this.#onBody(buffer, at, end);
        this.#left -= end - at;
        at = end;
        if (this.#left === 0) this.#state = 'data-end';
        continue;
      }
      const newline = buffer.indexOf(10, at);
      const end = newline < 0 || newline >= to ? to : newline + 1;
      this.#line += buffer.toString('latin1', at, end);
      at = end;
      if (this.#line.length > MAX_LINE) throw new ReplyError('a line of the chunked body is too long');
      if (!this.#line.endsWith('\n')) continue;
      if (!this.#line.endsWith('\r\n')) throw new ReplyError('a line of the chunked body does not end in CR LF');
      const line = this.#line.slice(0, -2);
      this.#line = '';
      if (this.#take(line)) return at;
    }
    return -1;
  }

  /** @returns whether this line ends the body. */
  #take(line: string): boolean {
    if (this.#state === 'trailer') return line === '';
    if (this.#state === 'data-end') {
      if (line !== '') throw new ReplyError('a chunk is longer than it says');
      this.#state = 'size';
      return false;
    }
    const size = /^([0-9a-f]{1,12})[ \t]*(?:;.*)?$/i.exec(line)?.[1];
    if (size === undefined) throw new ReplyError(`not a chunk size: ${JSON.stringify(line.slice(0, 40))}`);
    this.#left = Number.parseInt(size, 16);
    this.#state = this.#left === 0 ? 'trailer' : 'data';
    return false;
  }
}
