import { z } from 'zod';

const UNIT_MS = { us: 1e-3, ms: 1, s: 1_000, min: 60_000, m: 60_000, h: 3_600_000 } as const;
const DURATION = /^(\d+(?:\.\d+)?)\s*(us|ms|s|min|m|h)$/;
const EXPECTED = 'expected a time with its unit, such as "500ms", "10s" or "2min"';
/** Timers hold 2^31 - 1 ms (24.8 days) and fire at once beyond it. */
const LONGEST_MS = 24 * UNIT_MS.h;

const text = z
  .string({ error: EXPECTED })
  .regex(DURATION, EXPECTED)
  .refine((given) => !(durationMs(given) > LONGEST_MS), 'expected a time of at most 24h');

/** A time as text with its unit, `"10s"`. A bare number is refused: it reads as seconds to one and as ms to another. Becomes ms. */
export const duration = text.transform(durationMs);

/** The same, and longer than nothing. */
export const positiveDuration = text
  .refine((given) => durationMs(given) !== 0, 'expected more than 0')
  .transform(durationMs);

function durationMs(given: string): number {
  const [, count, unit] = DURATION.exec(given) ?? [];
  return Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
}
