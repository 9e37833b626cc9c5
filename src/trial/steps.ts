import type { Host } from '../model/host.ts';

/** Writes how long each step took, in ms by the monotonic clock, into `stepsMs`; a step starts where the last one ended. */
export function stepClock(host: Host, stepsMs: Record<string, number>): (name: string) => void {
  let last = host.monotonicNs();
  return (name) => {
    const now = host.monotonicNs();
    stepsMs[name] = Math.round(Number(now - last) / 1000) / 1000;
    last = now;
  };
}
