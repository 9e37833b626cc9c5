import type { Load } from '../model/plan.ts';

/** A smoke run: enough to see that everything works, too little to believe a number. */
const QUICK_REQUESTS = 2_000;
const QUICK_MS = 1_000;

export function quickLoad(load: Load): Load {
  const stop: Load['stop'] =
    load.stop.kind === 'requests'
      ? { kind: 'requests', requests: Math.min(load.stop.requests, Math.max(QUICK_REQUESTS, load.connections)) }
      : { kind: 'duration', durationMs: Math.min(load.stop.durationMs, QUICK_MS) };
  const warmup = load.warmup === null ? null : { kind: 'requests' as const, requests: 200 };
  return { ...load, stop, warmup: load.warmup?.kind === 'duration' ? { kind: 'duration', durationMs: Math.min(load.warmup.durationMs, 300) } : warmup };
}
