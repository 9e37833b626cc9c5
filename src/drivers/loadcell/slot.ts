import { type ErrorKind, errorKind } from '../embedded/errors.ts';
import type { Clock, Dial, Wire, WireEvents } from './ports.ts';
import { ReplyError } from './reply-head.ts';
import type { ReplyReader } from './reply-reader.ts';

/** How long a server that said or was told to close may take before we close instead. */
const LINGER_US = 200_000;
/** A failed request's slot rests 1, 2, 4 ... ms before its next one: a dead server is not hammered. */
const MAX_REST_MS = 100;

/** What a slot tells the load that it belongs to. */
export interface SlotOwner {
  /** A connection was established. */
  connected(): void;
  received(bytes: number): void;
  replied(reply: ReplyReader, nowUs: number, totalUs: number, connectUs: number, waitingUs: number): void;
  failed(kind: ErrorKind, why: string, nowUs: number): void;
  /** The server closed a connection that was to be kept. */
  serverClosed(): void;
  /** Bytes came behind a reply that was already counted. */
  excess(): void;
  /** The server did not close in time, so we did. */
  lingered(): void;
  /** The slot can take a request again. */
  free(slot: Slot): void;
}

export interface SlotSettings {
  request: Buffer;
  keepAlive: boolean;
  timeoutUs: number;
}

type State = 'closed' | 'connecting' | 'waiting' | 'idle' | 'lingering' | 'closing' | 'resting' | 'stopped';

/**
 * One of a load's connections: at most one request under way, over a connection that is kept or opened anew.
 * A fresh connection is closed by the server, as ab has it, so that TIME_WAIT stays on the server's side.
 */
export class Slot implements WireEvents {
  readonly #owner: SlotOwner;
  readonly #settings: SlotSettings;
  readonly #clock: Clock;
  readonly #reply: ReplyReader;
  readonly #wire: Wire;
  #state: State = 'closed';
  /** A request was taken while the old connection was still closing. */
  #due = false;
  #failures = 0;
  #startUs = 0;
  #openUs = 0;
  #connectUs = 0;
  #writtenUs = 0;
  #firstUs = 0;
  /** When the state times out; Infinity where it does not. */
  #limitUs = Number.POSITIVE_INFINITY;
  /** The server's close has been counted for this connection. */
  #closeCounted = false;

  constructor(owner: SlotOwner, settings: SlotSettings, clock: Clock, reply: ReplyReader, dial: Dial) {
    this.#owner = owner;
    this.#settings = settings;
    this.#clock = clock;
    this.#reply = reply;
    this.#wire = dial(this);
  }

  /** Takes a request. @param startUs what its latency counts from. Only when the slot is free. */
  start(startUs: number, nowUs: number): void {
    this.#startUs = startUs;
    this.#limitUs = nowUs + this.#settings.timeoutUs;
    if (this.#state === 'idle') {
      this.#connectUs = 0;
      this.#send();
    } else if (this.#state === 'closing') this.#due = true;
    else this.#open(nowUs);
  }

  /** How long the request has been under way, µs; 0 when there is none. */
  underWayUs(nowUs: number): number {
    const under = this.#state === 'connecting' || this.#state === 'waiting' || this.#due;
    return under ? nowUs - this.#startUs : 0;
  }

  /** Ends what has taken too long. */
  sweep(nowUs: number): void {
    if (nowUs < this.#limitUs) return;
    if (this.#state === 'connecting') this.#fail('timeout', 'no connection within the timeout');
    else if (this.#state === 'waiting') this.#fail('timeout', 'no reply within the timeout');
    else if (this.#state === 'lingering') {
      this.#owner.lingered();
      this.#close();
    }
  }

  stop(): void {
    this.#state = 'stopped';
    this.#wire.close();
  }

  opened(): void {
    if (this.#state !== 'connecting') return;
    this.#connectUs = this.#clock.now() - this.#openUs;
    this.#owner.connected();
    this.#send();
  }

  read(buffer: Buffer, length: number): void {
    if (this.#state === 'stopped') return;
    this.#owner.received(length);
    if (this.#state === 'idle' || this.#state === 'lingering') {
      this.#owner.excess();
      if (this.#state === 'idle') this.#close();
    }
    if (this.#state !== 'waiting') return;
    const now = this.#clock.now();
    if (!this.#reply.started) this.#firstUs = now;
    try {
      if (this.#reply.read(buffer, length) === 'complete') this.#complete(now);
    } catch (error) {
      if (!(error instanceof ReplyError)) throw error;
      this.#fail('other', error.message);
    }
  }

  ended(): void {
    if (this.#state === 'idle') this.#countClose();
    if (this.#state === 'waiting') {
      if (this.#reply.end() === 'complete') this.#complete(this.#clock.now());
      else {
        this.#countClose();
        const why = this.#reply.started ? 'before the reply was complete' : 'without a reply';
        this.#fail('reset', `connection closed ${why}`);
      }
    }
    if (this.#state === 'idle' || this.#state === 'lingering') this.#close();
  }

  failed(code: string): void {
    if (this.#state === 'connecting') this.#fail(errorKind(code, false), `connect: ${code}`);
    else if (this.#state === 'waiting') {
      this.#countClose();
      this.#fail(errorKind(code, true), `while waiting for the reply: ${code}`);
    } else if (this.#state === 'idle' || this.#state === 'lingering') {
      if (this.#state === 'idle') this.#countClose();
      this.#close();
    }
  }

  closed(): void {
    if (this.#state === 'resting') {
      const restMs = Math.min(MAX_REST_MS, 2 ** (this.#failures - 1));
      this.#clock.after(restMs, () => this.#release());
    } else if (this.#state === 'closing') {
      if (this.#due) {
        this.#due = false;
        this.#open(this.#clock.now());
      } else if (!this.#wasIdle) this.#release();
      else this.#state = 'closed';
    }
  }

  /** The connection ended while the slot was free: it is so already, and is not to be freed again. */
  #wasIdle = false;

  #open(nowUs: number): void {
    this.#state = 'connecting';
    this.#closeCounted = false;
    this.#openUs = nowUs;
    this.#wire.open();
  }

  #send(): void {
    this.#state = 'waiting';
    this.#reply.begin();
    this.#wire.write(this.#settings.request);
    this.#writtenUs = this.#clock.now();
  }

  #complete(now: number): void {
    const reply = this.#reply;
    if (reply.excess > 0) {
      this.#fail('other', 'bytes behind the end of the reply');
      return;
    }
    this.#failures = 0;
    const keep = this.#settings.keepAlive && reply.keepAlive;
    if (!keep) this.#countClose();
    this.#state = keep ? 'idle' : 'lingering';
    this.#limitUs = keep ? Number.POSITIVE_INFINITY : now + LINGER_US;
    this.#owner.replied(reply, now, now - this.#startUs, this.#connectUs, this.#firstUs - this.#writtenUs);
    if (keep && this.#state === 'idle') this.#owner.free(this);
  }

  #fail(kind: ErrorKind, why: string): void {
    this.#failures += 1;
    this.#state = 'resting';
    this.#limitUs = Number.POSITIVE_INFINITY;
    this.#wire.close();
    this.#owner.failed(kind, why, this.#clock.now());
  }

  #close(): void {
    this.#wasIdle = this.#state === 'idle';
    this.#state = 'closing';
    this.#limitUs = Number.POSITIVE_INFINITY;
    this.#clock.soon(() => this.#wire.close());
  }

  #release(): void {
    if (this.#state === 'stopped') return;
    this.#state = 'closed';
    this.#owner.free(this);
  }

  #countClose(): void {
    if (!this.#settings.keepAlive || this.#closeCounted) return;
    this.#closeCounted = true;
    this.#owner.serverClosed();
  }
}
