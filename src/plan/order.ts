import type { Cell, TrialSlot } from '../model/plan.ts';
import { seededRandom, shuffled } from './random.ts';

/**
 * Trials in blocks: each block holds every cell once, shuffled. Slow drifts of the machine (heat, neighbours) then fall on
 * all cells alike, and trials of one block make pairs for comparisons.
 */
export function trialOrder(cells: readonly Cell[], trials: number, seed: number): TrialSlot[] {
  const random = seededRandom(seed);
  const runnable = cells.filter((cell) => cell.skip === null).map((cell) => cell.id);
  return Array.from({ length: trials }, (_, block) =>
    shuffled(runnable, random).map((cell): TrialSlot => ({ cell, trial: block + 1 })),
  ).flat();
}
