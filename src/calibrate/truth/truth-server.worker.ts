/**
 * The truth server's program: an HTTP/1.x server on bare sockets that delays, misbehaves, counts and stamps by itself.
 * argv[2] is the JSON of a `TruthOptions`. Prints `{"port":..,"pid":..}`, then answers each line on stdin (`stats`, `reset`)
 * with one JSON line on stdout. Ends with its stdin. Can be started by hand under taskset.
 */
import net from 'node:net';
import { createInterface } from 'node:readline';
import { type Asked, type ReplyShape, replyBytes } from './reply-bytes.ts';
import { type Fault, newStats, type TruthOptions } from './truth.ts';

const MAX_STAMPS = 2_000_000;
const options = JSON.parse(process.argv[2] ?? '{}') as TruthOptions;
const body = Buffer.from(options.body ?? 'Hello, World!\n');
const fault: Fault | null = options.fault ?? null;

let stats = newStats();
/** When the first request since the start or the last reset came; the stall is counted from it. */
let firstAt = -1;

/** A request that waits for its turn: replies leave a connection in the order of its requests. */
interface Pending extends Asked {
  index: number;
  arrived: number;
  /** The first one of its connection. */
  first: boolean;
  ready: boolean;
  close: boolean;
}

class Connection {
  readonly #socket: net.Socket;
  readonly #pending: Pending[] = [];
  #text = '';
  #skip = 0;
  #served = 0;
  #count = 0;
  readonly #accepted = performance.now();
  #ended = false;

  constructor(socket: net.Socket) {
    this.#socket = socket;
    stats.connections += 1;
    stats.open += 1;
    stats.maxOpen = Math.max(stats.maxOpen, stats.open);
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('end', () => {
      if (!this.#ended) stats.closedByClient += 1;
      this.#ended = true;
      socket.end();
    });
    socket.on('error', () => {
      stats.resets += 1;
    });
    socket.on('close', () => {
      stats.open -= 1;
      this.#ended = true;
    });
    if (fault?.kind === 'close-on-accept') {
      stats.faults += 1;
      this.#end();
    }
  }

  #read(chunk: Buffer): void {
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
    const arrived = performance.now();
    if (firstAt < 0) firstAt = arrived;
    const index = stats.requests;
    stats.requests += 1;
    const old = head.startsWith('HTTP/1.0', head.indexOf('\r\n') - 8);
    const asksKeepAlive = /\r\nconnection: *keep-alive/i.test(head);
    const pending: Pending = {
      index,
      arrived,
      first: this.#count === 0,
      ready: false,
      close: /\r\nconnection: *close/i.test(head) || (old && !asksKeepAlive),
      keepAliveHeader: old && asksKeepAlive,
      head: head.startsWith('HEAD '),
    };
    this.#count += 1;
    this.#pending.push(pending);
    const delay = delayMs(index, arrived);
    if (delay <= 0) this.#ready(pending);
    else setTimeout(() => this.#ready(pending), delay);
  }

  #ready(pending: Pending): void {
    pending.ready = true;
    while (this.#pending[0]?.ready) this.#reply(this.#pending.shift() as Pending);
  }

  #reply(pending: Pending): void {
    if (this.#ended) return;
    this.#served += 1;
    if (fault !== null && applies(fault, pending.index) && this.#misbehave(pending, fault)) return;
    const last = fault?.kind === 'close-keep-alive' && this.#served >= fault.after;
    if (last) stats.faults += 1;
    const announced = pending.close || (last && fault.announced);
    this.#send(pending, { status: '200 OK', body, close: announced, framing: options.framing ?? 'length' });
    if (pending.close || last || options.framing === 'eof') this.#end();
  }

  /** Whether the fault replaced the reply. */
  #misbehave(pending: Pending, { kind }: Fault): boolean {
    if (kind === 'close-keep-alive' || kind === 'close-on-accept') return false;
    stats.faults += 1;
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
        this.#end();
        return true;
      case 'half-then-close':
        this.#socket.write(text.subarray(0, text.length - Math.ceil(body.length / 2)));
        this.#end();
        return true;
      case 'half-then-reset':
        this.#socket.write(text.subarray(0, text.length - Math.ceil(body.length / 2)), () => {
          this.#ended = true;
          stats.closedByServer += 1;
          this.#socket.resetAndDestroy();
        });
        return true;
      case 'die':
        process.kill(process.pid, 'SIGKILL');
        return true;
      case 'length-too-long':
        this.#socket.write(
          text.toString('latin1').replace(/Content-Length: \d+/, `Content-Length: ${body.length + 10}`),
        );
        if (pending.close) this.#end();
        return true;
      case 'length-too-short':
        this.#socket.write(
          text.toString('latin1').replace(/Content-Length: \d+/, `Content-Length: ${body.length - 3}`),
        );
        if (pending.close) this.#end();
        return true;
      case 'garbage':
        this.#socket.write('this is not HTTP\r\n\r\n');
        if (pending.close) this.#end();
        return true;
      case 'early-hints':
        this.#socket.write('HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n');
        this.#send(pending, good);
        break;
    }
    if (pending.close) this.#end();
    return true;
  }

  #send(pending: Pending, reply: ReplyShape): void {
    const text = replyBytes(pending, reply);
    const now = performance.now();
    if (stats.delaysUs.length < MAX_STAMPS) {
      stats.delaysUs.push((now - pending.arrived) * 1000);
      stats.sinceAcceptUs.push((now - (pending.first ? this.#accepted : pending.arrived)) * 1000);
      stats.arrivalsUs.push((pending.arrived - firstAt) * 1000);
    }
    stats.replies += 1;
    this.#socket.write(text);
  }

  #end(): void {
    if (!this.#ended) stats.closedByServer += 1;
    this.#ended = true;
    this.#socket.end();
  }
}

function applies(what: Fault, index: number): boolean {
  if (what.kind === 'close-keep-alive' || what.kind === 'close-on-accept') return true;
  const from = what.from ?? 0;
  return index >= from && (index - from) % (what.every ?? 1) === 0;
}

function delayMs(index: number, now: number): number {
  const delay = options.delay ?? { kind: 'none' };
  switch (delay.kind) {
    case 'none':
      return 0;
    case 'constant':
      return delay.ms;
    case 'bimodal':
      return index % delay.every === delay.every - 1 ? delay.slowMs : delay.fastMs;
    case 'stall': {
      const since = now - firstAt;
      if (since < delay.afterMs || since >= delay.afterMs + delay.stallMs) return delay.baseMs;
      stats.stalled += 1;
      return delay.afterMs + delay.stallMs - since + delay.baseMs;
    }
  }
}

const server = net.createServer({ allowHalfOpen: true }, (socket) => new Connection(socket));
server.listen(
  { port: options.port ?? 0, host: options.address ?? '127.0.0.1', backlog: options.backlog ?? 4096 },
  () => {
    const { port } = server.address() as net.AddressInfo;
    process.stdout.write(`${JSON.stringify({ port, pid: process.pid })}\n`);
  },
);

createInterface({ input: process.stdin })
  .on('line', (line) => {
    if (line === 'reset') {
      stats = { ...newStats(), open: stats.open, maxOpen: stats.open };
      firstAt = -1;
    }
    process.stdout.write(`${JSON.stringify(stats)}\n`);
  })
  .on('close', () => process.exit(0));
