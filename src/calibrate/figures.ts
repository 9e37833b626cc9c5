import { median } from '../analysis/estimate.ts';
import type { PairedRatio } from '../model/calibration.ts';

/** Two sides of a pair, requests a second. */
export interface Pair {
  numerator: number;
  denominator: number;
}

/**
 * Each side is measured twice within a pair, in the order ABBA and in the next one BAAB: what the machine gains or loses
 * steadily meanwhile weighs on both sides alike. It halves the spread of the ratios.
 */
function inTurn(pair: number): readonly (keyof Pair)[] {
  const [first, second] =
    pair % 2 === 0 ? (['numerator', 'denominator'] as const) : (['denominator', 'numerator'] as const);
  return [first, second, second, first];
}

/** Runs the sides of a pair in turn. Rates are means of the two windows of a side. */
export async function measurePair(pair: number, measure: Record<keyof Pair, () => Promise<number>>): Promise<Pair> {
  const sums: Pair = { numerator: 0, denominator: 0 };
  const order = inTurn(pair);
  for (const side of order) sums[side] += (await measure[side]()) / (order.length / 2);
  return sums;
}

/** Ratios are taken within pairs; the medians of both sides are for the reader. */
export function ratioOf(pairs: readonly Pair[]): Pick<PairedRatio, 'perSecond' | 'ratio' | 'pairs'> {
  const ratios = pairs.map(({ numerator, denominator }) => numerator / denominator);
  return {
    perSecond: {
      numerator: median(pairs.map((pair) => pair.numerator)),
      denominator: median(pairs.map((pair) => pair.denominator)),
    },
    ratio: { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) },
    pairs: pairs.length,
  };
}

/** How far two equal measurements lie apart: |ratio - 1| of the pairs. */
export function noiseOf(pairs: readonly Pair[]): { median: number; worst: number; pairs: number } {
  const apart = pairs.map(({ numerator, denominator }) => Math.abs(numerator / denominator - 1));
  return { median: median(apart), worst: Math.max(...apart), pairs: pairs.length };
}
