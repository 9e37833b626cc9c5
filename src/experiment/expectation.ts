import type { z } from 'zod';

export type Issue = z.core.$ZodIssue;

const OWN = /^expected /;

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

/** What a schema wanted, as words that follow "expected". Our own messages are taken as they are. */
export function expectation(issue: Issue): string {
  if (OWN.test(issue.message)) return issue.message.replace(OWN, '');
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return listed(issue.values.map((value) => JSON.stringify(value)));
    case 'too_small':
      return `${issue.inclusive === false ? 'more than' : 'at least'} ${sized(issue.origin, Number(issue.minimum))}`;
    case 'too_big':
      return `at most ${sized(issue.origin, Number(issue.maximum))}`;
    case 'invalid_union':
      return listed([...new Set(issue.errors.flat().map(expectation))]);
    default:
      return issue.message;
  }
}

/** `a, b or c`; with semicolons where an item is a list itself. */
function listed(items: readonly string[]): string {
  if (items.length < 2) return items[0] ?? 'another value';
  const [comma, or] = items.some((item) => / or |, /.test(item)) ? ['; ', '; or '] : [', ', ' or '];
  return `${items.slice(0, -1).join(comma)}${or}${items.at(-1)}`;
}

function sized(origin: string, size: number): string {
  const count = size.toLocaleString('en');
  if (origin === 'string') return `${count} character${size === 1 ? '' : 's'}`;
  if (origin === 'array') return `${count} ${size === 1 ? 'entry' : 'entries'}`;
  return count;
}
