import type { Delay } from './truth-server.ts';

/** With LOADCELL_TRUTH=all every driver is held to all of it; calibrate does the same with longer windows, in rounds. */
export const WHOLE = process.env.LOADCELL_TRUTH === 'all';

/**
 * Delays and requests, of the bare client too. Counts of which 99% is no whole number: there all definitions of p99 name the
 * same sample, of 110 the second longest.
 */
const DELAYS: readonly [string, Delay, number][] = [
  ['none', { kind: 'none' }, 3_050],
  ['1 ms', { kind: 'constant', ms: 1 }, 1_050],
  ['5 ms', { kind: 'constant', ms: 5 }, 250],
  ['20 ms', { kind: 'constant', ms: 20 }, 110],
  ['1 or 100 ms', { kind: 'bimodal', fastMs: 1, slowMs: 100, every: 20 }, 250],
];

/** The one of each mode in which a wrong clock or a rounded one would show. */
const SHORT = { kept: ['5 ms'], fresh: ['1 ms'] } as const;

export const delaysFor = (mode: 'kept' | 'fresh'): typeof DELAYS =>
  WHOLE ? DELAYS : DELAYS.filter(([name]) => (SHORT[mode] as readonly string[]).includes(name));
