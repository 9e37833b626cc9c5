import type { Load } from '../model/plan.ts';

/** A smoke run: enough to see that everything works, too little to believe a number. */
const QUICK_REQUESTS = 2_000;
const QUICK_MS = 1_000;
const QUICK_WARMUP_REQUESTS = 200;
const QUICK_WARMUP_MS = 300;

/** A load shortened, never lengthened. Every connection still has a request, or it would be another load. */
export function quickLoad(load: Load): Load {
  return {
    ...load,
    stop: shortened(load.stop, QUICK_REQUESTS, QUICK_MS, load.connections),
    warmup:
      load.warmup === null ? null : shortened(load.warmup, QUICK_WARMUP_REQUESTS, QUICK_WARMUP_MS, load.connections),
  };
}

function shortened(stop: Load['stop'], requests: number, durationMs: number, connections: number): Load['stop'] {
  return stop.kind === 'requests'
    ? { kind: 'requests', requests: Math.min(stop.requests, Math.max(requests, connections)) }
    : { kind: 'duration', durationMs: Math.min(stop.durationMs, durationMs) };
}
