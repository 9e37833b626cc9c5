import { median } from '../analysis/estimate.ts';
import type { PairedRatio } from '../model/calibration.ts';

/** Two sides of a pair, requests a second. */
export interface Pair {
  numerator: number;
  denominator: number;
}

/** Pairs whose order alternates (AB, BA, AB ...), so that a drift of the machine weighs on both sides alike. */
export function inTurn(pair: number): readonly ['numerator', 'denominator'] | readonly ['denominator', 'numerator'] {
  return pair % 2 === 0 ? ['numerator', 'denominator'] : ['denominator', 'numerator'];
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
