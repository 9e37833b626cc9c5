/** Reads a definition that may be anything. */

export type Fields = Readonly<Record<string, unknown>>;

const NOTHING: Fields = Object.freeze(Object.create(null));

export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : NOTHING;

export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** An axis as written: one value or a list; nothing where it is not declared. */
export function axisOf(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

export const isText = (value: unknown): value is string => typeof value === 'string';
