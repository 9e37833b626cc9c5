/** The fold of a trial's or cell's caveats: what a reader may do with the number. */
export type Verdict = 'valid' | 'suspect' | 'invalid' | 'not-run';

/** How much a caveat takes from the number. `note` informs, `suspect` warns, `invalid` forbids to use it. */
export type Severity = 'note' | 'suspect' | 'invalid';

/** A coded doubt about a trial or a cell, with the evidence that raised it. */
export interface Caveat {
  /** Stable kebab-case code, such as `generator-saturated`. */
  code: string;
  severity: Severity;
  /** One sentence that a reader of the report understands. */
  message: string;
  /** The numbers that raised it. */
  evidence: Readonly<Record<string, string | number | boolean | null>>;
  /** What the author can do about it. */
  nextStep: string;
}
