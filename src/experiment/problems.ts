import type { z } from 'zod';
import type { Problem } from '../model/errors.ts';
import { expectation, type Issue } from './expectation.ts';
import { nearest } from './nearest.ts';
import { type Path, pathText, shown, valueAt } from './paths.ts';
import { keysAt, schemasOfKey } from './schema-keys.ts';

interface Found extends Problem {
  /** The path that a misspelled key was probably meant for. */
  meant?: string;
}

/** zod's issues as problems: each with its path in the file, what was expected, and a suggestion for a misspelled key. */
export function problemsOf(error: z.ZodError, input: unknown, schema: z.ZodType): Problem[] {
  const found = error.issues.flatMap((issue) => problemsOfIssue(issue, [], input, schema));
  const meant = new Set(found.map((one) => one.meant));
  // A key that is there but misspelled is not missing as well.
  const told = found.filter((one) => !(one.what.startsWith('is missing') && meant.has(one.where)));
  return [...new Map(told.map(({ meant: _, ...one }) => [`${one.where}\n${one.what}`, one])).values()];
}

function problemsOfIssue(issue: Issue, above: Path, input: unknown, schema: z.ZodType): Found[] {
  const path = [...above, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys': {
      return issue.keys.flatMap((key) => problemsOfKey(path, key, input, schema));
    }
    case 'invalid_union': {
      const branch = likeliest(issue.errors, valueAt(input, path));
      if (branch !== null) return branch.flatMap((one) => problemsOfIssue(one, path, input, schema));
      return [wrongValue(path, expectation(issue), valueAt(input, path))];
    }
    case 'invalid_key':
      return issue.issues.map((one) => ({
        where: pathText(path),
        what: `${expectation(one)} was expected as the key`,
      }));
    default:
      return [wrongValue(path, expectation(issue), valueAt(input, path))];
  }
}

function wrongValue(path: Path, expected: string, value: unknown): Found {
  const where = pathText(path);
  if (value === undefined) return { where, what: `is missing; expected ${expected}` };
  return { where, what: `expected ${expected}, got ${shown(value)}` };
}

/**
 * A key that a branch of a union refused. Where another branch knows it, that branch was meant: zod then tells of the key
 * because it goes on after an unknown key and not after a wrong value.
 */
function problemsOfKey(path: Path, key: string, input: unknown, schema: z.ZodType): Found[] {
  const schemas = schemasOfKey(schema, path, key);
  if (schemas.length === 0) return [unknownKey(path, key, keysAt(schema, path))];
  const parsed = schemas.map((one) => one.safeParse(valueAt(input, [...path, key])));
  const wrong = parsed.every((one) => !one.success) ? (parsed[0]?.error?.issues ?? []) : [];
  if (wrong.length > 0) return wrong.flatMap((one) => problemsOfIssue(one, [...path, key], input, schema));
  return [{ where: pathText([...path, key]), what: 'does not go together with the other keys here' }];
}

function unknownKey(path: Path, key: string, known: readonly string[]): Found {
  const where = pathText([...path, key]);
  const meant = nearest(key, known);
  if (meant !== null) {
    return { where, what: `unknown key ${shown(key)}; did you mean "${meant}"?`, meant: pathText([...path, meant]) };
  }
  const what = `unknown key ${shown(key)}`;
  return known.length === 0 ? { where, what } : { where, what, remedy: `known here: ${known.join(', ')}` };
}

/** The branch of a union that was meant: one that got past the value's own kind; null when none did. */
function likeliest(branches: readonly Issue[][], value: unknown): Issue[] | null {
  const meant = branches.filter((issues) => !issues.some((issue) => issue.path.length === 0 && rejectsKind(issue)));
  const unknownKeys = (issues: Issue[]): number => issues.filter((issue) => issue.code === 'unrecognized_keys').length;
  const isObject = typeof value === 'object' && value !== null;
  const ranked = meant.toSorted(
    (a, b) => (isObject ? unknownKeys(a) - unknownKeys(b) : 0) || a.length - b.length || depth(b) - depth(a),
  );
  return ranked[0] ?? null;
}

/** How far a branch got into the value before something was wrong. */
const depth = (issues: readonly Issue[]): number => Math.max(0, ...issues.map((issue) => issue.path.length));

function rejectsKind(issue: Issue): boolean {
  if (issue.code === 'invalid_union')
    return issue.errors.every((branch) => branch.some((one) => one.path.length === 0 && rejectsKind(one)));
  return issue.code === 'invalid_type' || issue.code === 'invalid_value';
}
