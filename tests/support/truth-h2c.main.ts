/**
 * The truth server for cleartext HTTP/2 with prior knowledge, frame by frame on bare sockets, so that nothing but the delay
 * lies between its two stamps. argv and control lines as `truth-server.worker.ts` has them. It does not read header fields:
 * every stream is a request, and none is HEAD.
 */
import net from 'node:net';
import { createInterface } from 'node:readline';
import type { Fault, TruthOptions, TruthStats } from '../../src/calibrate/truth/truth.ts';

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
/** RFC 9113, 6: frame types and flags. */
const TYPE = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goaway: 7 } as const;
const FLAG = { end: 1, ack: 1, endHeaders: 4 } as const;
const INTERNAL_ERROR = Buffer.from([0, 0, 0, 2]);
/** RFC 7541, A: `:status` 200 and 500 by index, `content-length` as the name of a literal. */
const STATUS = { 200: 0x88, 500: 0x8e } as const;
const CONTENT_LENGTH = [0x0f, 0x0d] as const;

const options = JSON.parse(process.argv[2] ?? '{}') as TruthOptions;
const body = Buffer.from(options.body ?? 'Hello, World!\n');
const fault: Fault | null = options.fault ?? null;
let stats = newStats();
let firstAt = -1;

function newStats(): TruthStats {
  const counts = { requests: 0, replies: 0, connections: 0, open: 0, maxOpen: 0, closedByServer: 0, closedByClient: 0 };
  return { ...counts, resets: 0, faults: 0, delaysUs: [], sinceAcceptUs: [], arrivalsUs: [], stalled: 0 };
}

function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

function headFrame(stream: number, status: 200 | 500, length: number): Buffer {
  const digits = Buffer.from(String(length));
  const block = Buffer.concat([Buffer.from([STATUS[status], ...CONTENT_LENGTH, digits.length]), digits]);
  return frame(TYPE.headers, FLAG.endHeaders, stream, block);
}

class Connection {
  readonly #socket: net.Socket;
  #bytes: Buffer = Buffer.alloc(0);
  #greeted = false;
  #served = 0;
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
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    if (!this.#greeted) {
      if (this.#bytes.length < PREFACE.length) return;
      if (this.#bytes.subarray(0, PREFACE.length).toString('latin1') !== PREFACE) return void this.#socket.destroy();
      this.#greeted = true;
      this.#bytes = this.#bytes.subarray(PREFACE.length);
      this.#socket.write(frame(TYPE.settings, 0, 0));
    }
    while (this.#bytes.length >= 9) {
      const length = this.#bytes.readUIntBE(0, 3);
      if (this.#bytes.length < 9 + length) return;
      const [type, flags] = [this.#bytes[3] as number, this.#bytes[4] as number];
      this.#take(type, flags, this.#bytes.readUInt32BE(5), this.#bytes.subarray(9, 9 + length));
      this.#bytes = this.#bytes.subarray(9 + length);
    }
  }

  #take(type: number, flags: number, stream: number, payload: Buffer): void {
    if (type === TYPE.settings && (flags & FLAG.ack) === 0) this.#socket.write(frame(TYPE.settings, FLAG.ack, 0));
    else if (type === TYPE.ping && (flags & FLAG.ack) === 0) this.#socket.write(frame(type, FLAG.ack, 0, payload));
    else if ((type === TYPE.headers || type === TYPE.data) && (flags & FLAG.end) !== 0) this.#request(stream);
  }

  #request(stream: number): void {
    const arrived = performance.now();
    if (firstAt < 0) firstAt = arrived;
    const index = stats.requests;
    stats.requests += 1;
    const delay = delayMs(index, arrived);
    if (delay <= 0) this.#reply(stream, index, arrived);
    else setTimeout(() => this.#reply(stream, index, arrived), delay);
  }

  #reply(stream: number, index: number, arrived: number): void {
    if (this.#ended) return;
    this.#served += 1;
    if (fault !== null && applies(fault, index) && fault.kind !== 'status-500' && this.#misbehave(fault, stream))
      return;
    const failed = fault?.kind === 'status-500' && applies(fault, index);
    if (failed) stats.faults += 1;
    const head = headFrame(stream, failed ? 500 : 200, body.length);
    stats.delaysUs.push((performance.now() - arrived) * 1000);
    stats.arrivalsUs.push((arrived - firstAt) * 1000);
    stats.replies += 1;
    this.#socket.write(Buffer.concat([head, frame(TYPE.data, FLAG.end, stream, body)]));
    if (fault?.kind === 'close-keep-alive' && this.#served >= fault.after) {
      stats.faults += 1;
      const last = Buffer.alloc(8);
      last.writeUInt32BE(stream, 0);
      if (fault.announced) this.#socket.write(frame(TYPE.goaway, 0, 0, last));
      this.#end();
    }
  }

  /** Whether the fault replaced the reply. */
  #misbehave({ kind }: Fault, stream: number): boolean {
    if (kind === 'close-keep-alive' || kind === 'close-on-accept') return false;
    stats.faults += 1;
    const half = frame(TYPE.data, 0, stream, body.subarray(0, Math.floor(body.length / 2)));
    const said = (length: number): Buffer =>
      Buffer.concat([headFrame(stream, 200, length), frame(TYPE.data, FLAG.end, stream, body)]);
    switch (kind) {
      case 'hang':
        return true;
      case 'half-then-close':
        this.#socket.write(Buffer.concat([headFrame(stream, 200, body.length), half]));
        break;
      case 'half-then-reset':
        this.#socket.write(
          Buffer.concat([headFrame(stream, 200, body.length), half, frame(TYPE.reset, 0, stream, INTERNAL_ERROR)]),
        );
        return true;
      case 'length-too-long':
        this.#socket.write(said(body.length + 10));
        return true;
      case 'length-too-short':
        this.#socket.write(said(body.length - 3));
        return true;
      case 'garbage':
        this.#socket.write('this is not HTTP\r\n\r\n');
        return true;
      case 'die':
        process.kill(process.pid, 'SIGKILL');
        return true;
      case 'no-reply':
        break;
      default:
        throw new Error(`no fault "${kind}" over HTTP/2`);
    }
    this.#end();
    return true;
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
