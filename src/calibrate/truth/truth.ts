/**
 * What the truth server is told and what it tells: an HTTP server whose delays, misbehaviours, counts and stamps are known,
 * against which a driver's figures are held. Its program is `truth-server.worker.ts`.
 */

export interface TruthOptions {
  /** Default 0: a free one. */
  port?: number;
  /** Default 127.0.0.1. */
  address?: string;
  backlog?: number;
  /** Reply body, ASCII. Default `Hello, World!\n`. */
  body?: string;
  framing?: 'length' | 'chunked' | 'eof';
  delay?: Delay;
  fault?: Fault;
}

export type Delay =
  | { kind: 'none' }
  | { kind: 'constant'; ms: number }
  /** Every `every`-th request is slow. */
  | { kind: 'bimodal'; fastMs: number; slowMs: number; every: number }
  /** Requests that come between afterMs and afterMs + stallMs after the first one are answered when the stall is over. */
  | { kind: 'stall'; afterMs: number; stallMs: number; baseMs: number };

export type Fault =
  /** Closes a connection after its n-th reply, with or without a `Connection: close` in it. */
  | { kind: 'close-keep-alive'; after: number; announced: boolean }
  | { kind: 'close-on-accept' }
  /** On requests `from` (by arrival, from 0), and then every `every`-th. Default: all. */
  | { kind: RequestFault; from?: number; every?: number };

type RequestFault =
  | 'status-500'
  /** Same length, other letters. */
  | 'wrong-body'
  /** No reply, connection stays open. */
  | 'hang'
  /** Connection closed without a byte. */
  | 'no-reply'
  | 'half-then-close'
  | 'half-then-reset'
  /** The server kills itself with SIGKILL. */
  | 'die'
  /** Content-Length promises 10 bytes more than come. */
  | 'length-too-long'
  /** Content-Length is 3 bytes short of what comes. */
  | 'length-too-short'
  | 'garbage'
  /** A 103 before the proper reply. */
  | 'early-hints';

export interface TruthStats {
  /** Request heads read. */
  requests: number;
  /** Whole replies written (faulty statuses and bodies included). */
  replies: number;
  /** Connections accepted. */
  connections: number;
  open: number;
  maxOpen: number;
  /** Closed by the server first. */
  closedByServer: number;
  /** The client's FIN came first. */
  closedByClient: number;
  /** Socket errors seen (the client reset the connection). */
  resets: number;
  /** Times that the fault was played. */
  faults: number;
  /** For each whole reply in order: µs from request read to reply written. */
  delaysUs: number[];
  /**
   * The same, but from the connection's arrival for its first request. The truth for fresh connections: the client has its
   * connection (made by the kernel) and has sent its request while this program is still at accepting.
   */
  sinceAcceptUs: number[];
  /** For each whole reply: µs from the first request's arrival to this one's. */
  arrivalsUs: number[];
  /** For each request without a whole reply (cut off, or by a fault): µs from the first request's arrival until one was due. */
  unansweredUs: number[];
  /** Requests that met the stall. */
  stalled: number;
}

export function newStats(): TruthStats {
  return {
    requests: 0,
    replies: 0,
    connections: 0,
    open: 0,
    maxOpen: 0,
    closedByServer: 0,
    closedByClient: 0,
    resets: 0,
    faults: 0,
    delaysUs: [],
    sinceAcceptUs: [],
    arrivalsUs: [],
    unansweredUs: [],
    stalled: 0,
  };
}

/** The smallest value that `percent` of all do not exceed (nearest rank), as our histograms have it. NaN where there is none. */
export function percentileUs(values: readonly number[], percent: number): number {
  const ascending = [...values].sort((a, b) => a - b);
  const rank = Math.max(1, Math.ceil((ascending.length * percent) / 100));
  return ascending[rank - 1] ?? Number.NaN;
}
