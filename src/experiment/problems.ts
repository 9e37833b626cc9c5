import type { z } from 'zod';
import type { Problem } from '../model/errors.ts';
import { nearest } from './nearest.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** zod's issues as problems: each with its path in the file, what was expected, and a suggestion for a misspelled key. */
export function problemsOf(error: z.ZodError, input: unknown, shape: z.ZodType): Problem[] {
  const problems = error.issues.flatMap((issue) => problemsOfIssue(issue, [], input, shape));
  return [...new Map(problems.map((one) => [`${one.where} ${one.what}`, one])).values()];
}

function problemsOfIssue(issue: Issue, above: Path, input: unknown, shape: z.ZodType): Problem[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(shape, path);
    return issue.keys.map((key) => unknownKey([...path, key], key, known));
  }
  if (issue.code === 'invalid_union') {
    const branch = likeliest(issue.errors, valueAt(input, path));
    if (branch !== null) return branch.flatMap((one) => problemsOfIssue(one, path, input, shape));
    const expected = [...new Set(issue.errors.flat().map(expectation))].join(' or ');
    return [{ where: pathText(path), what: `expected ${expected || 'another value'}${got(valueAt(input, path))}` }];
  }
  if (issue.code === 'invalid_key') {
    return [{ where: pathText(path), what: issue.issues.map((one) => one.message).join('; ') }];
  }
  return [{ where: pathText(path), what: messageOf(issue, valueAt(input, path)) }];
}

function unknownKey(path: Path, key: string, known: readonly string[]): Problem {
  const suggestion = nearest(key, known);
  const problem = { where: pathText(path), what: `unknown key "${key}"${suggestion === null ? '' : `; did you mean "${suggestion}"?`}` };
  return suggestion === null && known.length > 0 ? { ...problem, remedy: `known here: ${known.join(', ')}` } : problem;
}

/** The branch of a union that was meant: the one that got past the value's own type; null when none did. */
function likeliest(branches: readonly Issue[][], value: unknown): Issue[] | null {
  const meant = branches.filter((issues) => !issues.some((issue) => issue.path.length === 0 && rejectsKind(issue)));
  if (meant.length === 0) return null;
  const unknownKeys = (issues: Issue[]): number => issues.filter((issue) => issue.code === 'unrecognized_keys').length;
  const isObject = typeof value === 'object' && value !== null;
  return meant.toSorted((a, b) => (isObject ? unknownKeys(a) - unknownKeys(b) : 0) || a.length - b.length)[0] ?? null;
}

const rejectsKind = (issue: Issue): boolean => issue.code === 'invalid_type' || issue.code === 'invalid_value' || issue.code === 'invalid_union';

function messageOf(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return value === undefined ? `is missing; expected ${expectation(issue)}` : `expected ${expectation(issue)}${got(value)}`;
    case 'too_small':
    case 'too_big':
    case 'invalid_value':
      return `expected ${expectation(issue)}${got(value)}`;
    default:
      return `${issue.message}${issue.message.startsWith('expected') ? got(value) : ''}`;
  }
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[issue.expected] ?? `${issue.expected}`;
    case 'invalid_value':
      return issue.values.map((value) => JSON.stringify(value)).join(' or ');
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array'
        ? `at least ${issue.minimum} ${issue.origin === 'string' ? 'character' : 'entry'}`
        : `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`;
    case 'too_big':
      return `at most ${issue.maximum}`;
    case 'invalid_union':
      return [...new Set(issue.errors.flat().map(expectation))].join(' or ');
    default:
      return issue.message.replace(/^expected /, '');
  }
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  RegExp: 'a regular expression',
};

function got(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'function') return ', got a function';
  const text = JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? String(one) : one)) ?? String(value);
  return `, got ${text.length > 60 ? `${text.slice(0, 57)}...` : text}`;
}

function valueAt(input: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined), input);
}

/** `servers[2].ready.http` */
export function pathText(path: Path): string {
  const text = path
    .map((key) => (typeof key === 'number' ? `[${key}]` : /^[A-Za-z_$][\w$]*$/.test(String(key)) ? `.${String(key)}` : `[${JSON.stringify(String(key))}]`))
    .join('');
  return text.replace(/^\./, '') || 'the experiment';
}

interface SchemaNode {
  _zod: { def: { type: string; shape?: Record<string, SchemaNode>; element?: SchemaNode; innerType?: SchemaNode; valueType?: SchemaNode; options?: SchemaNode[]; in?: SchemaNode } };
}

/** Keys that the schema knows at a path, over all branches of unions. */
function keysAt(schema: z.ZodType, path: Path): string[] {
  const at = path.reduce<SchemaNode[]>((nodes, key) => nodes.flatMap((node) => childrenOf(node, key)), unwrap(schema as unknown as SchemaNode));
  return [...new Set(at.flatMap((node) => Object.keys(node._zod.def.shape ?? {})))];
}

function childrenOf(node: SchemaNode, key: PropertyKey): SchemaNode[] {
  const { def } = node._zod;
  const child = def.shape?.[String(key)] ?? (typeof key === 'number' ? def.element : undefined) ?? def.valueType;
  return child === undefined ? [] : unwrap(child);
}

function unwrap(node: SchemaNode): SchemaNode[] {
  const { def } = node._zod;
  if (def.options !== undefined) return def.options.flatMap(unwrap);
  const inner = def.innerType ?? (def.type === 'pipe' ? def.in : undefined);
  return inner === undefined ? [node] : unwrap(inner);
}
