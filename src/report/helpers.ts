import type Handlebars from 'handlebars';
import { type Figure, figureMarkdown } from './figures.ts';
import { escapeHtml } from './html/inline.ts';
import { authored, codeCell, codeSpan, escapeText, fence, visible } from './markdown/escape.ts';
import type { Parameters, Words } from './words.ts';

/**
 * The helpers of report templates. Values are inserted as they are (`{{x}}`), so everything that the report did not
 * write itself goes through one of the first seven.
 *
 * | helper | gives |
 * |---|---|
 * | `{{text x}}` | inline text, every Markdown mark escaped, on one line; also in table cells |
 * | `{{code x}}` | a code span; `{{codeCell x}}` the same inside a table |
 * | `{{fence x "json"}}` | a fenced block that the text cannot close |
 * | `{{markdown x}}` | Markdown that the experiment's author wrote |
 * | `{{html x}}` | text inside the HTML that a template writes itself (`<summary>`) |
 * | `{{figure x}}` | a number with the marks of its caveats: the only way to print one |
 * | `{{mark x}}` | a caveat's footnote reference |
 * | `{{t "key" name=value}}` | words of the locale; parameters are inserted as they are: `name=(text x)` |
 * | `{{join list}}` | items as inline text, separated by commas |
 */
export function registerHelpers(handlebars: typeof Handlebars, words: Words): void {
  const helpers = {
    text: (value: unknown) => escapeText(plain(value)),
    code: (value: unknown) => codeSpan(plain(value)),
    codeCell: (value: unknown) => codeCell(plain(value)),
    fence: (value: unknown, language: unknown) => fence(plain(value), typeof language === 'string' ? language : ''),
    markdown: (value: unknown) => authored(plain(value)),
    html: (value: unknown) => escapeHtml(visible(plain(value)).replace(/\s+/g, ' ')),
    figure: (value: unknown) => figureMarkdown(figureOf(value)),
    mark: (label: unknown) => `[^${plain(label)}]`,
    t: (key: unknown, options: Handlebars.HelperOptions) => words.say(plain(key), options.hash as Parameters),
    join: (list: unknown) => (list as unknown[]).map((item) => escapeText(plain(item))).join(words.say('load.comma')),
  };
  for (const [name, helper] of Object.entries(helpers)) handlebars.registerHelper(name, helper);
}

function plain(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw new Error(`a helper wants text, not ${value === null ? 'null' : typeof value}`);
}

function figureOf(value: unknown): Figure {
  if (typeof value === 'object' && value !== null && 'text' in value && 'marks' in value) return value as Figure;
  throw new Error('{{figure}} wants a number of the report');
}
