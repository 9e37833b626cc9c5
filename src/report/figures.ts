import type { Caveat, Severity } from '../model/caveat.ts';

/** A doubt, as it stands beside a number. */
export interface Mark {
  code: string;
  severity: Severity;
}

/**
 * A number ready for people together with the doubts about it. Templates print it through `{{figure x}}`, which writes
 * the marks too: in the view there is no number of a cell without them.
 */
export interface Figure {
  text: string;
  marks: readonly Mark[];
}

const WEIGHT: Readonly<Record<Severity, number>> = { invalid: 0, suspect: 1, note: 2 };

/** The marks of a cell's caveats: one a code, the gravest, gravest first. */
export function marksOf(caveats: readonly Caveat[]): Mark[] {
  const byCode = new Map<string, Mark>();
  for (const { code, severity } of caveats) {
    const known = byCode.get(code);
    if (known === undefined || WEIGHT[severity] < WEIGHT[known.severity]) byCode.set(code, { code, severity });
  }
  return [...byCode.values()].sort((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity]);
}

const gravest = (marks: readonly Mark[]): Severity | null => marks[0]?.severity ?? null;

/** The sign of a mark: invalid, suspect; a note has only its footnote. */
export const SIGN: Readonly<Record<Severity, string>> = { invalid: '✗', suspect: '⚠', note: '' };

/** A code as the label of a footnote: what Markdown allows there. */
export const footnoteLabel = (code: string): string => code.replace(/[^\w.-]+/g, '-') || 'caveat';

/** Markdown: `~~1,870~~ ✗[^generator-saturated]`. A number that must not be used is struck through. */
export function figureMarkdown(figure: Figure): string {
  const severity = gravest(figure.marks);
  if (severity === null) return figure.text;
  const number = severity === 'invalid' ? `~~${figure.text}~~` : figure.text;
  const refs = figure.marks.map((mark) => `[^${footnoteLabel(mark.code)}]`).join('');
  return `${number} ${SIGN[severity]}${refs}`;
}

/** Plain text, for code blocks and charts: `1,870 ✗ generator-saturated`. */
export function figurePlain(figure: Figure): string {
  const severity = gravest(figure.marks);
  if (severity === null) return figure.text;
  return `${figure.text} ${[SIGN[severity], figure.marks.map((mark) => mark.code).join(', ')].filter(Boolean).join(' ')}`;
}
