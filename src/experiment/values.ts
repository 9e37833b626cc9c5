import { z } from 'zod';

/** Names become folder and file names, cell ids and table rows. */
export const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]*$/, 'expected a name of a-z, 0-9, ".", "_" and "-" that starts with a letter or digit')
  .max(48);

/** What is asked for after the address. As it is sent: escaped, and without a fragment, which stays in the client. */
export const urlPath = z
  .string()
  .regex(/^\//, 'expected a path starting with "/"')
  .regex(
    /^(?!\/)|^\/[\x21\x22\x24-\x7e]*$/,
    'expected a path as it is sent: without spaces and "#", other characters percent-encoded',
  )
  .max(8_000);

export const markdown = z.string();

/** One line of text without control characters. */
export const line = z.string().regex(/^\P{Cc}*$/u, 'expected one line without control characters');

/** argv: never a shell string. */
const word = z.string().refine((text) => !text.includes('\0'), 'expected no NUL character');
export const argv = z
  .array(word, { error: 'expected a list of words, such as ["nginx", "-v"]; there is no shell' })
  .min(1)
  .refine((words) => words[0] !== '', 'expected a command as the first word');

/** One value, or a list of values: an axis of the matrix. Becomes a list without repetitions. */
export function axis<T extends z.ZodType>(value: T) {
  return z
    .union([value, z.array(value).min(1)])
    .transform((given) => distinct((Array.isArray(given) ? given : [given]) as z.output<T>[]));
}

const distinct = <T>(items: readonly T[]): T[] => [
  ...new Map(items.map((item) => [JSON.stringify(item), item])).values(),
];

/** A regular expression, or its source. Becomes the source, so that the plan is plain JSON. */
export const pattern = z
  .union([z.string(), z.instanceof(RegExp, { error: 'expected a regular expression' })])
  .superRefine((given, context) => {
    const wrong = patternProblem(given);
    if (wrong !== null) context.addIssue({ code: 'custom', message: wrong });
  })
  .transform((given) => (typeof given === 'string' ? given : given.source));

function patternProblem(given: string | RegExp): string | null {
  if (given instanceof RegExp) {
    const lost = given.flags.replace(/[gmy]/g, '');
    return lost === '' ? null : `expected a regular expression without the flags "${lost}": only its source is kept`;
  }
  try {
    new RegExp(given);
    return null;
  } catch (error) {
    // V8's message repeats the whole source before the reason.
    return `expected a regular expression (${(error as Error).message.split(': ').at(-1)})`;
  }
}

/** A path inside a folder of ours, in the one way to write it, so that two names are two files. */
export const relativePath = z
  .string()
  .regex(/^\P{Cc}+$/u, 'expected a file name without control characters')
  .refine(
    (path) => path.split('/').every((part) => part !== '' && part !== '.' && part !== '..'),
    'expected a path inside the folder: relative, and without ".", ".." and empty parts',
  )
  .refine(
    (path) => path.split('/').every((part) => Buffer.byteLength(part) <= 255) && path.length <= 1_000,
    'expected a shorter path: of at most 1,000 characters, each part of at most 255 bytes',
  );
