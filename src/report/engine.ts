import Handlebars from 'handlebars';
import { ExitCode, UserError } from '../model/errors.ts';
import { registerHelpers } from './helpers.ts';
import { sealed } from './sealed.ts';
import type { Words } from './words.ts';

export type Render = (name: string, data: object) => string;

/**
 * Handlebars as the report uses it: strict (a name that the view lacks is an error, in blocks too), and without
 * Handlebars' own escaping, which is HTML's: every value of Markdown goes through a helper (`text`, `code`, `fence` ...).
 *
 * @param templates Template text by name; each can be used by the others as a partial.
 * @returns Renders one of them. Throws `UserError` that names the template and the line for what is wrong in it.
 */
export function engine(templates: Readonly<Record<string, string>>, words: Words): Render {
  const handlebars = Handlebars.create();
  registerHelpers(handlebars, words);
  const options = { noEscape: true, strict: true } as const;
  for (const [name, text] of Object.entries(templates))
    handlebars.registerPartial(name, handlebars.compile(text, options));
  return (name, data) => {
    const template = handlebars.partials[name] as HandlebarsTemplateDelegate | undefined;
    if (template === undefined) throw new Error(`there is no template ${name}`);
    try {
      return template(sealed(data, name));
    } catch (error) {
      throw new UserError(
        `the report's template ${name} does not work: ${error instanceof Error ? error.message : String(error)}`,
        {
          exitCode: ExitCode.wrongInput,
          hint: 'templates/README.md lists the names and the helpers that templates may use.',
          cause: error,
        },
      );
    }
  };
}
