/**
 * Text that somebody else chose (a server's name, its reply, its log) as Markdown that cannot be anything but text.
 * Everything here first drops control characters and the bidirectional marks that reorder what a reader sees.
 */

/** Controls but tab and line feed, marks that cannot be seen or reorder what is, line separators, lone surrogates. */
const UNSEEN = /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Without control characters; line ends become `\n`. */
export const visible = (text: string): string => text.replace(/\r\n?/g, '\n').replace(UNSEEN, '');

/** A bounded piece of a text that may be long; whole characters. */
export const clip = (text: string, most: number): string => {
  const letters = [...text.slice(0, 2 * most)];
  return letters.length > most || text.length > 2 * most ? `${letters.slice(0, most).join('')} …` : text;
};

const oneLine = (text: string): string => visible(text).replace(/\s+/g, ' ').trim();

/** Inline text, in a paragraph, a heading, a list item or a table cell: on one line, every mark escaped. */
export function escapeText(text: string): string {
  return oneLine(text)
    .replace(/[\\`*_[\]<>|~&#$!{}]/g, '\\$&')
    .replace(/^[-+=]/, '\\$&')
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2')
    .replace(/:\/\//g, '\\://')
    .replace(/\bwww\./gi, (start) => `${start.slice(0, -1)}\\.`);
}

/** A code span with a fence longer than any run of backticks inside. '' has no code span: an em dash stands for it. */
export function codeSpan(text: string): string {
  const line = oneLine(text);
  if (line === '') return '—';
  const fence = '`'.repeat(longestRun(line) + 1);
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}

/**
 * A code span inside a table: there even code needs its pipes escaped. Behind a backslash a pipe cannot be escaped in
 * code (`\\|` ends the cell), so that such text stands without the span.
 */
export const codeCell = (text: string): string =>
  text.includes('\\|') ? escapeText(text) : codeSpan(text).replace(/\|/g, '\\|');

/** A fenced block, with a fence longer than any run of backticks inside. */
export function fence(text: string, language = ''): string {
  const body = visible(text).replace(/\n+$/, '');
  const marks = '`'.repeat(Math.max(3, longestRun(body) + 1));
  return `${marks}${language.replace(/[^\w+#.-]/g, '')}\n${body}\n${marks}`;
}

const longestRun = (text: string): number => Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));

/**
 * Markdown that the author wrote, as it is, but for what would swallow the rest of the report: a fence left open is
 * closed.
 */
export function authored(markdown: string): string {
  const text = visible(markdown).trim();
  const open = openFence(text);
  return open === null ? text : `${text}\n${open}`;
}

/** The fence that is still open at the end of the text; null when none is. */
function openFence(text: string): string | null {
  let open: string | null = null;
  for (const line of text.split('\n')) {
    const marks = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line);
    if (marks === null) continue;
    const [, run = '', rest = ''] = marks;
    if (open === null) {
      if (!(run.startsWith('`') && rest.includes('`'))) open = run;
    } else if (run[0] === open[0] && run.length >= open.length && rest.trim() === '') open = null;
  }
  return open;
}
