/** What the engine needs from the world; the worker gives it sockets and time, a test gives it a script. */

/** Monotonic time in µs, and the timers on it. */
export interface Clock {
  now(): number;
  /** Calls back at that time as exactly as it can (it may spin for the last ms). @returns how to call it off. */
  at(us: number, callback: () => void): () => void;
  /** Calls back after about that long; for what need not be exact. @returns how to call it off. */
  after(ms: number, callback: () => void): () => void;
  /**
   * Calls back once what has already come was read. A reply's time is taken when it is read: work that can wait must not stand
   * between two replies that came together.
   */
  soon(callback: () => void): void;
  /** CPU time spent so far in waiting for `at` without sleeping, µs. */
  spunUs(): number;
}

/** A TCP connection that can be opened again after it has closed. */
export interface Wire {
  open(): void;
  write(bytes: Buffer): void;
  /** Closes both ways at once; `closed` follows, also when it was never open. Idempotent. */
  close(): void;
}

export interface WireEvents {
  opened(): void;
  /** The first `length` bytes of the buffer, which is used again afterwards. */
  read(buffer: Buffer, length: number): void;
  /** The other side sent its FIN. */
  ended(): void;
  /** errno name. `closed` follows. */
  failed(code: string): void;
  closed(): void;
}

export type Dial = (events: WireEvents) => Wire;
