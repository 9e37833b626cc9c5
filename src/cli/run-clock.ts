import type { Host } from '../model/host.ts';

/** Time of one sitting, from when this was called. The wall clock may be set meanwhile; durations do not follow it. */
export interface RunClock {
  /** ms since the start, by the monotonic clock. */
  elapsedMs(): number;
  /**
   * ISO 8601: what the wall clock says, but never less than its time at the start plus what has passed. A clock that is set
   * back ends no run before its start; a machine that slept, which the monotonic clock does not count, ends it when it did.
   */
  finishedAt(): string;
}

export function runClock(host: Pick<Host, 'now' | 'monotonicNs'>): RunClock {
  const startMs = host.now();
  const startNs = host.monotonicNs();
  const elapsedMs = (): number => Number(host.monotonicNs() - startNs) / 1e6;
  return {
    elapsedMs,
    finishedAt: () => new Date(Math.max(host.now(), Math.floor(startMs + elapsedMs()))).toISOString(),
  };
}
