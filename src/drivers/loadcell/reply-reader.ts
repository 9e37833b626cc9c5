import { ChunkReader } from './chunk-reader.ts';
import { parseReplyHead, ReplyError, type ReplyHead } from './reply-head.ts';

const MAX_HEAD = 65_536;
const EMPTY = Buffer.alloc(0);

/** The last head seen, shared by all connections of a load: replies differ in their head once a second (Date), if at all. */
export class HeadCache {
  #text = '';
  #head: ReplyHead | null = null;

  parse(text: string, toHead: boolean): ReplyHead {
    if (this.#head !== null && text === this.#text) return this.#head;
    this.#head = parseReplyHead(text, toHead);
    this.#text = text;
    return this.#head;
  }
}

export type Progress = 'more' | 'complete';

/**
 * Reads one HTTP/1.x reply at a time from the pieces in which it comes, and compares its body with the expected one on the way.
 * Interim replies (1xx) are read over.
 */
export class ReplyReader {
  readonly #expected: Buffer | null;
  readonly #toHead: boolean;
  readonly #heads: HeadCache;
  readonly #chunks: ChunkReader;
  /** Bytes of a head that has not come whole. */
  #partial: Buffer = EMPTY;
  #head: ReplyHead | null = null;
  #left = 0;

  /** Any byte of this reply has come. */
  started = false;
  status = 0;
  bodyBytes = 0;
  /** The body is not the expected one. Final when the reply is complete. */
  mismatched = false;
  /** Whether the connection can be used again after this reply. */
  keepAlive = false;
  server: string | null = null;
  /** Bytes that came behind the end of the reply, in the same piece. */
  excess = 0;

  /** @param expected null: any body will do. @param toHead the requests are HEAD: replies have no body. */
  constructor(expected: string | null, toHead: boolean, heads: HeadCache) {
    this.#expected = expected === null || toHead ? null : Buffer.from(expected, 'utf8');
    this.#toHead = toHead;
    this.#heads = heads;
    this.#chunks = new ChunkReader((buffer, from, to) => this.#body(buffer, from, to));
  }

  /** Ready for the next reply. */
  begin(): void {
    this.#partial = EMPTY;
    this.#head = null;
    this.started = false;
    this.bodyBytes = 0;
    this.mismatched = false;
    this.excess = 0;
  }

  /**
   * Takes the first `length` bytes of `buffer`, which is not kept.
   * @throws ReplyError when what comes is not HTTP/1.x
   */
  read(buffer: Buffer, length: number): Progress {
    this.started ||= length > 0;
    let at = 0;
    while (this.#head === null) {
      at = this.#readHead(buffer, at, length);
      if (at < 0) return 'more';
    }
    switch (this.#head.framing.kind) {
      case 'none':
        return this.#complete(length - at);
      case 'length': {
        const to = Math.min(length, at + this.#left);
        this.#body(buffer, at, to);
        this.#left -= to - at;
        return this.#left === 0 ? this.#complete(length - to) : 'more';
      }
      case 'chunked': {
        const end = this.#chunks.read(buffer, at, length);
        return end < 0 ? 'more' : this.#complete(length - end);
      }
      case 'until-close':
        this.#body(buffer, at, length);
        return 'more';
    }
  }

  /** The server closed its side: `complete` when that is how the reply ends, else it is cut off. */
  end(): 'complete' | 'cut' {
    if (this.#head?.framing.kind !== 'until-close') return 'cut';
    this.#complete(0);
    return 'complete';
  }

  /** @returns where the head ends, or -1 when it has not come whole. */
  #readHead(buffer: Buffer, from: number, to: number): number {
    let text = buffer.toString('latin1', from, to);
    const before = this.#partial.length;
    if (before > 0) text = this.#partial.toString('latin1') + text;
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) {
      if (text.length > MAX_HEAD) throw new ReplyError(`no end of the head within ${MAX_HEAD} bytes`);
      if (!'HTTP/1.'.startsWith(text.slice(0, 7)))
        throw new ReplyError(`not HTTP/1.x: ${JSON.stringify(text.slice(0, 60))}`);
      this.#partial = Buffer.from(text, 'latin1');
      return -1;
    }
    this.#partial = EMPTY;
    const head = this.#heads.parse(text.slice(0, end), this.#toHead);
    if (head.status === 101) throw new ReplyError('the server switched protocols (101) without being asked');
    if (head.status >= 200) {
      this.#head = head;
      this.status = head.status;
      this.keepAlive = head.keepAlive;
      this.server = head.server;
      if (head.framing.kind === 'length') this.#left = head.framing.bytes;
      if (head.framing.kind === 'chunked') this.#chunks.begin();
    }
    return from + end + 4 - before;
  }

  #body(buffer: Buffer, from: number, to: number): void {
    const length = to - from;
    if (length === 0) return;
    const at = this.bodyBytes;
    this.bodyBytes += length;
    if (this.#expected === null || this.mismatched) return;
    this.mismatched =
      this.bodyBytes > this.#expected.length || buffer.compare(this.#expected, at, at + length, from, to) !== 0;
  }

  #complete(excess: number): 'complete' {
    this.excess = excess;
    if (this.#expected !== null && this.bodyBytes !== this.#expected.length) this.mismatched = true;
    return 'complete';
  }
}
