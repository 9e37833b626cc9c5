import Handlebars from 'handlebars';
import { ExitCode, UserError } from '../../model/errors.ts';

export type Placeholders = Readonly<Record<string, string>>;

/** Said outright: left to its default, Handlebars prints a warning of its own. */
const OWN_ONLY = { allowProtoMethodsByDefault: false, allowProtoPropertiesByDefault: false };

/**
 * Fills `{{port}}` and the like. What is written is configuration and argv, not HTML: nothing is escaped, and a name
 * that does not exist is the recipe's mistake, not an empty text.
 */
export function fill(text: string, placeholders: Placeholders, where: string): string {
  try {
    return Handlebars.compile(text, { strict: true, noEscape: true })(ownNames(placeholders), OWN_ONLY);
  } catch (cause) {
    const what = cause instanceof Error ? (cause.message.split('\n')[0] as string) : String(cause);
    throw new UserError(`${where}: ${what}`, {
      exitCode: ExitCode.wrongInput,
      hint: `the placeholders here are ${Object.keys(placeholders).sort().join(', ')}`,
      problems: [{ where, what }],
      cause,
    });
  }
}

/** `{{constructor}}` is a typing error, not a function that every object inherits. The symbol is what Handlebars prints for it. */
const ownNames = (placeholders: Placeholders): Placeholders =>
  Object.assign(Object.create(null), placeholders, { [Symbol.toPrimitive]: () => 'the placeholders' });

export const fillArgv = (argv: readonly string[], placeholders: Placeholders, where: string): string[] =>
  argv.map((word, index) => fill(word, placeholders, `${where}[${index}]`));
