import { z } from 'zod';

const UNITS = { us: 1e-3, ms: 1, s: 1_000, min: 60_000, m: 60_000, h: 3_600_000 } as const;
const DURATION = /^(\d+(?:\.\d+)?)\s*(us|ms|s|min|m|h)$/;

/** A time: seconds as a number, or text with its unit. Becomes ms. */
export const duration = z
  .union([z.number().nonnegative(), z.string().regex(DURATION, 'expected a time such as "500ms", "10s" or "2min"')])
  .transform((value) => (typeof value === 'number' ? value * 1_000 : textToMs(value)));

function textToMs(text: string): number {
  const [, count, unit] = text.match(DURATION) as unknown as [string, string, keyof typeof UNITS];
  return Number(count) * UNITS[unit];
}

/** A pattern, as a regular expression or its source. Becomes the source. */
export const pattern = z
  .union([z.string(), z.instanceof(RegExp)])
  .transform((value) => (typeof value === 'string' ? value : value.source))
  .refine(compiles, 'expected a regular expression');

function compiles(source: string): boolean {
  try {
    new RegExp(source);
    return true;
  } catch {
    return false;
  }
}

/** Names become folder and file names, cell ids and table rows. */
export const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'expected letters, digits, ".", "_" and "-", starting with a letter or digit')
  .max(64);

export const urlPath = z
  .string()
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  .regex(/^\/[^\s\u0000-\u001f]*$/, 'expected a path starting with "/"');

export const markdown = z.string();

/** argv: never a shell string. */
export const argv = z.array(z.string().refine((word) => !word.includes('\0'), 'expected no NUL character')).min(1);

/** One value, or a list of values: an axis of the matrix. Becomes a list without repetitions. */
export function axis<T extends z.ZodType>(value: T) {
  return z
    .union([value, z.array(value).min(1)])
    .transform((one) => [...new Map((Array.isArray(one) ? one : [one]).map((item) => [JSON.stringify(item), item])).values()] as z.output<T>[]);
}
