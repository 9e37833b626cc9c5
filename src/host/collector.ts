import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** Keeps the first `limit` bytes of a stream and cuts all of it into lines. What exceeds the limit is read and dropped. */
export class Collector {
  readonly #decoder = new StringDecoder('utf8');
  readonly #listeners: ((line: string) => void)[] = [];
  readonly #limit: number;
  #kept = '';
  #keptBytes = 0;
  #partial = '';

  constructor(limit: number) {
    this.#limit = limit;
  }

  attach(stream: Readable): void {
    stream.on('data', (chunk: Buffer) => this.#take(this.#decoder.write(chunk)));
    stream.on('end', () => this.#take(this.#decoder.end(), true));
    stream.on('error', () => undefined);
  }

  text(): string {
    return this.#kept;
  }

  /** Whole lines that came before the call (and were kept) are called back at once. */
  onLine(listener: (line: string) => void): void {
    const end = this.#kept.lastIndexOf('\n');
    if (end >= 0) for (const line of this.#kept.slice(0, end).split('\n')) listener(line);
    this.#listeners.push(listener);
  }

  /** `ended`: the last line counts as whole when the stream ends, newline or not. */
  #take(text: string, ended = false): void {
    this.#keep(text);
    const lines = (this.#partial + text).split('\n');
    const rest = lines.pop() ?? '';
    if (ended && rest !== '') lines.push(rest);
    this.#partial = ended ? '' : rest.slice(0, this.#limit);
    for (const line of lines) for (const listener of this.#listeners) listener(line);
  }

  #keep(text: string): void {
    const room = this.#limit - this.#keptBytes;
    if (room <= 0 || text === '') return;
    const bytes = Buffer.byteLength(text);
    this.#kept += bytes <= room ? text : new StringDecoder('utf8').write(Buffer.from(text).subarray(0, room));
    this.#keptBytes += Math.min(bytes, room);
  }
}
