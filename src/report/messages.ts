/**
 * A language's catalogue of the sentences that loadcell itself writes into records and results: by their English text,
 * with a `{name}` where a sentence holds a figure or a name. In the translation `{name}` is the same value as it is;
 * `{name:sentence}` is a value that is a sentence of loadcell's own, looked up in its turn.
 */
export type Messages = Readonly<Record<string, string>>;

interface Pattern {
  /** What stands before, between and behind the values. */
  fixed: readonly string[];
  names: readonly string[];
  translation: string;
}

/**
 * Sentences in the catalogue's language. What it lacks stays as it is: it is data, a server's or the kernel's own words.
 * Several sentences joined by `; ` are looked up one by one where they are not found together.
 *
 * @param joint Put between such sentences.
 */
export function translatorOf(messages: Messages, joint: string): (text: string) => string {
  const patterns = patternsOf(messages);
  const whole = (text: string): string | null => (Object.hasOwn(messages, text) ? (messages[text] ?? null) : null);

  function byPattern(text: string): string | null {
    for (const { fixed, names, translation } of patterns) {
      const values = valuesIn(text, fixed);
      if (values !== null) return filled(translation, new Map(names.map((name, i) => [name, values[i] as string])));
    }
    return null;
  }

  const filled = (translation: string, values: ReadonlyMap<string, string>): string =>
    translation.replace(/\{(\w+)(:sentence)?\}/g, (mark, name: string, own: string | undefined) => {
      const value = values.get(name) ?? mark;
      return own === undefined ? value : translate(value);
    });

  function translate(text: string): string {
    const parts = text.split('; ');
    const found = parts.map((part) => whole(part) ?? byPattern(part));
    const inParts = (): string => found.map((one, i) => one ?? (parts[i] as string)).join(joint);
    const all = parts.length > 1 && found.every((one) => one !== null);
    const some = parts.length > 1 && found.some((one) => one !== null);
    return whole(text) ?? (all ? inParts() : null) ?? byPattern(text) ?? (some ? inParts() : text);
  }
  return translate;
}

/** Those that say most by themselves first: `{driver} ended with {how}` would take what `{driver} ended with {how}: {said}` tells apart. */
function patternsOf(messages: Messages): Pattern[] {
  const length = ({ fixed }: Pattern): number => fixed.join('').length;
  return Object.entries(messages)
    .filter(([text]) => /\{\w+\}/.test(text))
    .map(([text, translation]) => {
      const pieces = text.split(/\{(\w+)\}/);
      return {
        fixed: pieces.filter((_, i) => i % 2 === 0),
        names: pieces.filter((_, i) => i % 2 === 1),
        translation,
      };
    })
    .sort((a, b) => length(b) - length(a));
}

/** The values between the fixed pieces, each as short as can be and none empty; null where the text is not of this form. */
function valuesIn(text: string, fixed: readonly string[]): string[] | null {
  const [first = '', ...others] = fixed;
  const last = others.pop() ?? '';
  const end = text.length - last.length;
  if (!text.startsWith(first) || !text.endsWith(last)) return null;
  const values: string[] = [];
  let from = first.length;
  for (const piece of others) {
    const at = text.indexOf(piece, from + 1);
    if (at === -1) return null;
    values.push(text.slice(from, at));
    from = at + piece.length;
  }
  if (from >= end) return null;
  return [...values, text.slice(from, end)];
}
