/**
 * The truth server's program: an HTTP/1.x server on bare sockets that delays, misbehaves, counts and stamps by itself.
 * argv[2] is the JSON of a `TruthOptions`. Prints `{"port":..,"pid":..}`, then answers each line on stdin (`stats`, `reset`)
 * with one JSON line on stdout. Ends with its stdin. Can be started by hand under taskset.
 */
import { type Came, Keeping, Kept } from './keeping.worker.ts';
import { type Asked, type ReplyShape, replyBytes } from './reply-bytes.ts';
import type { Fault } from './truth.ts';

const keeping = new Keeping();
const { body, fault, options } = keeping;

/** A request that waits for its turn: replies leave a connection in the order of its requests. */
interface Pending extends Asked {
  came: Came;
  /** The first one of its connection. */
  first: boolean;
  ready: boolean;
  close: boolean;
}

class Connection extends Kept {
  readonly #pending: Pending[] = [];
  readonly #accepted = performance.now();
  #text = '';
  #skip = 0;
  #served = 0;
  #count = 0;

  protected override read(chunk: Buffer): void {
    this.#text += chunk.toString('latin1');
    for (;;) {
      if (this.#skip > 0) {
        const taken = Math.min(this.#skip, this.#text.length);
        this.#text = this.#text.slice(taken);
        this.#skip -= taken;
        if (this.#skip > 0) return;
      }
      const end = this.#text.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = this.#text.slice(0, end + 2);
      this.#text = this.#text.slice(end + 4);
      this.#skip = Number(/\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1] ?? 0);
      this.#take(head);
    }
  }

  #take(head: string): void {
    const came = keeping.request();
    const old = head.startsWith('HTTP/1.0', head.indexOf('\r\n') - 8);
    const asksKeepAlive = /\r\nconnection: *keep-alive/i.test(head);
    const pending: Pending = {
      came,
      first: this.#count === 0,
      ready: false,
      close: /\r\nconnection: *close/i.test(head) || (old && !asksKeepAlive),
      keepAliveHeader: old && asksKeepAlive,
      head: head.startsWith('HEAD '),
    };
    this.#count += 1;
    this.#pending.push(pending);
    if (came.delayMs <= 0) this.#ready(pending);
    else setTimeout(() => this.#ready(pending), came.delayMs);
  }

  #ready(pending: Pending): void {
    pending.ready = true;
    while (this.#pending[0]?.ready) this.#reply(this.#pending.shift() as Pending);
  }

  #reply(pending: Pending): void {
    if (this.ended) return;
    this.#served += 1;
    const met = keeping.faultOf(pending.came.index);
    if (met !== null && this.#misbehave(pending, met)) return;
    const last = fault?.kind === 'close-keep-alive' && this.#served >= fault.after;
    if (last) keeping.stats.faults += 1;
    const announced = pending.close || (last && fault.announced);
    this.#send(pending, { status: '200 OK', body, close: announced, framing: options.framing ?? 'length' });
    if (pending.close || last || options.framing === 'eof') this.end();
  }

  /** Whether the fault replaced the reply. */
  #misbehave(pending: Pending, { kind }: Fault): boolean {
    if (kind === 'close-keep-alive' || kind === 'close-on-accept') return false;
    keeping.stats.faults += 1;
    const good = { status: '200 OK', body, close: pending.close, framing: 'length' as const };
    const text = replyBytes(pending, good);
    switch (kind) {
      case 'status-500':
        this.#send(pending, { ...good, status: '500 Internal Server Error' });
        break;
      case 'wrong-body':
        this.#send(pending, {
          ...good,
          body: Buffer.from(body.toString('latin1').toUpperCase().padEnd(1, '!'), 'latin1'),
        });
        break;
      case 'hang':
        return true;
      case 'no-reply':
        this.end();
        return true;
      case 'half-then-close':
        this.socket.write(text.subarray(0, text.length - Math.ceil(body.length / 2)));
        this.end();
        return true;
      case 'half-then-reset':
        this.socket.write(text.subarray(0, text.length - Math.ceil(body.length / 2)), () => {
          this.ended = true;
          keeping.stats.closedByServer += 1;
          this.socket.resetAndDestroy();
        });
        return true;
      case 'die':
        process.kill(process.pid, 'SIGKILL');
        return true;
      case 'length-too-long':
        this.socket.write(
          text.toString('latin1').replace(/Content-Length: \d+/, `Content-Length: ${body.length + 10}`),
        );
        if (pending.close) this.end();
        return true;
      case 'length-too-short':
        this.socket.write(text.toString('latin1').replace(/Content-Length: \d+/, `Content-Length: ${body.length - 3}`));
        if (pending.close) this.end();
        return true;
      case 'garbage':
        this.socket.write('this is not HTTP\r\n\r\n');
        if (pending.close) this.end();
        return true;
      case 'early-hints':
        this.socket.write('HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n');
        this.#send(pending, good);
        break;
    }
    if (pending.close) this.end();
    return true;
  }

  #send(pending: Pending, reply: ReplyShape): void {
    const text = replyBytes(pending, reply);
    keeping.reply(pending.came, pending.first ? this.#accepted : undefined);
    this.socket.write(text);
  }
}

keeping.serve((socket) => void new Connection(keeping, socket));
