import { type Formats, formats, type NumberStyle } from './format.ts';
import { type Messages, translatorOf } from './messages.ts';

/** A language of templates/locales: every word of the report, how it writes numbers, and its catalogue of sentences. */
export interface Locale {
  /** The language's own name. */
  name: string;
  /** BCP 47 tag for the HTML page. */
  tag: string;
  numbers: NumberStyle;
  words: Readonly<Record<string, string>>;
  /** Empty where the language has no catalogue: English. */
  messages: Messages;
}

export type Parameters = Readonly<Record<string, string | number>>;

/** The report's language: words by key, figures by kind. */
export interface Words extends Formats {
  readonly tag: string;
  /**
   * The words of a key, with `{name}` replaced. A key that has a `.one` beside it uses that when `count` is 1.
   * Throws when the locale does not have the key, or a parameter is missing: both are defects of a template.
   */
  say(key: string, parameters?: Parameters): string;
  /** The words of a key, or null where this locale has none: for what a catalogue may or may not translate. */
  find(key: string): string | null;
  /** A sentence of a record or a result: in this language where loadcell wrote it and its catalogue has it, else as it is. */
  sentence(text: string): string;
}

export function wordsOf(locale: Locale): Words {
  const find = (key: string): string | null => (Object.hasOwn(locale.words, key) ? (locale.words[key] ?? null) : null);
  const say = (key: string, parameters: Parameters = {}): string => {
    const single = String(parameters.count ?? '') === '1' ? find(`${key}.one`) : null;
    const text = single ?? find(key);
    if (text === null) throw new Error(`the locale ${locale.name} has no words for ${JSON.stringify(key)}`);
    return text.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = parameters[name];
      if (value === undefined) throw new Error(`the words ${JSON.stringify(key)} want {${name}}`);
      return String(value);
    });
  };
  const sentence = translatorOf(locale.messages, say('semicolon'));
  return { tag: locale.tag, say, find, sentence, ...formats(locale.numbers) };
}
