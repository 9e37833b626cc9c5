import type { Load } from '../model/plan.ts';

/**
 * Warm-up and window as planned, ms; what is around them is not in it. null where a count of requests ends one of them in
 * a closed loop: that takes as long as the server makes it.
 */
export function plannedTime({ stop, warmup, rate }: Pick<Load, 'stop' | 'warmup' | 'rate'>): number | null {
  const timeOf = (end: Load['stop']): number | null => {
    if (end.kind === 'duration') return end.durationMs;
    return rate === null ? null : (end.requests * 1_000) / rate.perSecond;
  };
  return sumOrNull([timeOf(stop), warmup === null ? 0 : timeOf(warmup)]);
}

/** null where any is. */
export function sumOrNull(values: readonly (number | null)[]): number | null {
  return values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0);
}
