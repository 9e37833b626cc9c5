/**
 * What every truth server keeps, whatever protocol it speaks: counts and stamps, the schedule of delays and faults, its
 * connections' ends, and the control lines.
 */
import net from 'node:net';
import { createInterface } from 'node:readline';
import { makeRoomForFiles } from '../../drivers/embedded/open-files.worker.ts';
import { type Fault, newStats, type TruthOptions } from './truth.ts';

const MAX_STAMPS = 2_000_000;
/** With more it would stall unseen by its stamps, which begin when a request is read. */
const MOST_CONNECTIONS = 1_000;

/** A request that has come. */
export interface Came {
  index: number;
  /** By this process's clock, ms. */
  arrived: number;
  /** How long its reply is to take, ms. */
  delayMs: number;
}

/** The order of this process (argv[2]), and all that its server counts. */
export class Keeping {
  readonly options: TruthOptions;
  readonly body: Buffer;
  readonly fault: Fault | null;
  stats = newStats();
  /** When the first request since the start or the last reset came; the stall is counted from it. */
  #firstAt = -1;
  readonly #unanswered = new Set<Came>();

  constructor(argv: readonly string[] = process.argv) {
    this.options = JSON.parse(argv[2] ?? '{}') as TruthOptions;
    this.body = Buffer.from(this.options.body ?? 'Hello, World!\n');
    this.fault = this.options.fault ?? null;
  }

  /** A request came now. */
  request(): Came {
    const arrived = performance.now();
    if (this.#firstAt < 0) this.#firstAt = arrived;
    const index = this.stats.requests;
    this.stats.requests += 1;
    const came = { index, arrived, delayMs: this.#delayMs(index, arrived) };
    this.#unanswered.add(came);
    return came;
  }

  /** The fault that this request meets. */
  faultOf(index: number): Fault | null {
    if (this.fault === null) return null;
    if (this.fault.kind === 'close-keep-alive' || this.fault.kind === 'close-on-accept') return this.fault;
    const from = this.fault.from ?? 0;
    return index >= from && (index - from) % (this.fault.every ?? 1) === 0 ? this.fault : null;
  }

  /** A reply leaves now. @param sinceMs when its connection was accepted, for the first one of it. */
  reply(came: Came, sinceMs = came.arrived): void {
    const now = performance.now();
    const { arrived } = came;
    this.#unanswered.delete(came);
    if (this.stats.delaysUs.length < MAX_STAMPS) {
      this.stats.delaysUs.push((now - arrived) * 1000);
      this.stats.sinceAcceptUs.push((now - sinceMs) * 1000);
      this.stats.arrivalsUs.push((arrived - this.#firstAt) * 1000);
    }
    this.stats.replies += 1;
  }

  #delayMs(index: number, now: number): number {
    const delay = this.options.delay ?? { kind: 'none' };
    switch (delay.kind) {
      case 'none':
        return 0;
      case 'constant':
        return delay.ms;
      case 'bimodal':
        return index % delay.every === delay.every - 1 ? delay.slowMs : delay.fastMs;
      case 'stall': {
        const since = now - this.#firstAt;
        if (since < delay.afterMs || since >= delay.afterMs + delay.stallMs) return delay.baseMs;
        this.stats.stalled += 1;
        return delay.afterMs + delay.stallMs - since + delay.baseMs;
      }
    }
  }

  /** When those without a reply were due. */
  #dueUs(): number[] {
    return [...this.#unanswered].map(({ arrived, delayMs }) => (arrived + delayMs - this.#firstAt) * 1000);
  }

  /**
   * Listens and prints `{"port":..,"pid":..}`, then answers each line on stdin (`stats`, `reset`) with one JSON line on stdout.
   * Ends with its stdin.
   */
  serve(accept: (socket: net.Socket) => void): void {
    const { port = 0, address: host = '127.0.0.1', backlog = 4096 } = this.options;
    const tell = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
    const server = net.createServer({ allowHalfOpen: true }, accept);
    makeRoomForFiles(MOST_CONNECTIONS);
    server.listen({ port, host, backlog }, () => {
      tell({ port: (server.address() as net.AddressInfo).port, pid: process.pid });
    });
    createInterface({ input: process.stdin })
      .on('line', (line) => {
        if (line === 'reset') {
          this.stats = { ...newStats(), open: this.stats.open, maxOpen: this.stats.maxOpen };
          this.#firstAt = -1;
          this.#unanswered.clear();
        }
        tell({ ...this.stats, unansweredUs: this.#dueUs() });
      })
      .on('close', () => process.exit(0));
  }
}

/** One connection of a truth server, its beginning and end counted. */
export abstract class Kept {
  protected readonly keeping: Keeping;
  protected readonly socket: net.Socket;
  protected ended = false;

  constructor(keeping: Keeping, socket: net.Socket) {
    this.keeping = keeping;
    this.socket = socket;
    const { stats, fault } = keeping;
    stats.connections += 1;
    stats.open += 1;
    stats.maxOpen = Math.max(stats.maxOpen, stats.open);
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.read(chunk));
    socket.on('end', () => {
      if (!this.ended) keeping.stats.closedByClient += 1;
      this.ended = true;
      socket.end();
    });
    socket.on('error', () => {
      keeping.stats.resets += 1;
    });
    socket.on('close', () => {
      keeping.stats.open -= 1;
      this.ended = true;
    });
    if (fault?.kind === 'close-on-accept') {
      stats.faults += 1;
      this.end();
    }
  }

  protected abstract read(chunk: Buffer): void;

  protected end(): void {
    if (!this.ended) this.keeping.stats.closedByServer += 1;
    this.ended = true;
    this.socket.end();
  }
}
