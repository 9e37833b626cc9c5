export type Path = readonly PropertyKey[];

/** `servers[2].ready.http`, `environments["my-env"].sysctl` */
export function pathText(path: Path): string {
  const text = path.map(keyText).join('');
  return text.replace(/^\./, '') || 'the experiment';
}

function keyText(key: PropertyKey): string {
  if (typeof key === 'number') return `[${key}]`;
  const name = shortened(String(key));
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

export function valueAt(input: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => {
    const holds = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
    return holds ? (value as Record<PropertyKey, unknown>)[key] : undefined;
  }, input);
}

/** A value in a message: short, and on one line. */
export function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'symbol') return 'a symbol';
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof RegExp || typeof value === 'number') return String(value);
  const text = jsonOf(value);
  return shortened(text);
}

export const shortened = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}...` : text);

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? `${one}n` : one)) ?? String(value);
  } catch {
    // It holds itself, or something in it cannot be read.
    return Array.isArray(value) ? 'a list' : 'an object';
  }
}
