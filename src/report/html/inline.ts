/** What inline Markdown may refer to outside of itself. */
export interface InlineContext {
  /** HTML of a footnote's reference. */
  footnote(label: string): string;
  /** HTML of an image by its address; null: shown as a link. */
  image(address: string, alt: string): string | null;
}

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);

/** Piece of a line: finished HTML, or a run of emphasis marks still to be matched. */
type Piece = { html: string } | { mark: string; opens: boolean; closes: boolean };

/** Inline Markdown to HTML. Everything that is not a known mark is escaped text; raw HTML is text too. */
export function inlineHtml(source: string, context: InlineContext): string {
  const pieces: Piece[] = [];
  for (let at = 0; at < source.length; ) {
    const plain = here(PLAIN, source, at)?.[0] ?? '';
    if (plain !== '') pieces.push({ html: escapeHtml(plain) });
    at += plain.length;
    if (at >= source.length) break;
    const found = ruleAt(source, at, context) ?? { piece: { html: escapeHtml(source[at] as string) }, taken: 1 };
    pieces.push(found.piece);
    at += found.taken;
  }
  return matched(pieces);
}

/** Text that no mark starts in. */
const PLAIN = /(?:[^\\`*_~[!<\n ]| (?! *\n))+/uy;

function ruleAt(source: string, at: number, context: InlineContext): ReturnType<Rule> {
  for (const rule of RULES) {
    const found = rule(source, at, context);
    if (found !== null) return found;
  }
  return null;
}

type Rule = (source: string, at: number, context: InlineContext) => { piece: Piece; taken: number } | null;

/** A sticky pattern that must match right at the place. */
const here = (sticky: RegExp, source: string, at: number): RegExpExecArray | null => {
  sticky.lastIndex = at;
  return sticky.exec(source);
};

const escaped: Rule = (source, at) => {
  const mark = here(/\\([!-/:-@[-`{-~])/uy, source, at);
  return mark === null ? null : { piece: { html: escapeHtml(mark[1] as string) }, taken: 2 };
};

const hardBreak: Rule = (source, at) => {
  const found = here(/(?:\\| {2,})\n/uy, source, at);
  return found === null ? null : { piece: { html: '<br>\n' }, taken: found[0].length };
};

const codeSpan: Rule = (source, at) => {
  const run = here(/`+/uy, source, at)?.[0];
  if (run === undefined) return null;
  const end = new RegExp(`(?<!\`)\`{${run.length}}(?!\`)`).exec(source.slice(at + run.length));
  if (end === null) return { piece: { html: run }, taken: run.length };
  const inner = source.slice(at + run.length, at + run.length + end.index).replace(/\n/g, ' ');
  const text = /^ .* $/.test(inner) && inner.trim() !== '' ? inner.slice(1, -1) : inner;
  return { piece: { html: `<code>${escapeHtml(text)}</code>` }, taken: 2 * run.length + end.index };
};

const footnoteReference: Rule = (source, at, context) => {
  const found = here(/\[\^([^\s\]]+)\]/uy, source, at);
  return found === null ? null : { piece: { html: context.footnote(found[1] as string) }, taken: found[0].length };
};

const TEXT = '((?:\\\\.|[^\\[\\]\\\\]|\\[(?:\\\\.|[^\\[\\]\\\\])*\\])*)';
const ADDRESS =
  '\\(\\s*(?:<((?:\\\\.|[^<>\\\\\\n])*)>|((?:\\\\.|[^\\s()\\\\]|\\([^\\s()]*\\))*))(?:\\s+"[^"]*")?\\s*\\)';

const LINK = new RegExp(`\\[${TEXT}\\]${ADDRESS}`, 'uy');
const IMAGE = new RegExp(`!\\[${TEXT}\\]${ADDRESS}`, 'uy');

const image: Rule = (source, at, context) => {
  const found = here(IMAGE, source, at);
  if (found === null) return null;
  const address = plainAddress(found[2] ?? found[3] ?? '');
  const alt = (found[1] ?? '').replace(/\\([!-/:-@[-`{-~])/g, '$1');
  const html = context.image(address, alt) ?? anchor(address, escapeHtml(alt));
  return { piece: { html }, taken: found[0].length };
};

const link: Rule = (source, at, context) => {
  const found = here(LINK, source, at);
  if (found === null) return null;
  const html = anchor(plainAddress(found[2] ?? found[3] ?? ''), inlineHtml(found[1] ?? '', context));
  return { piece: { html }, taken: found[0].length };
};

const autolink: Rule = (source, at) => {
  const found = here(/<(https?:\/\/[^\s<>]+)>/uy, source, at);
  return found === null
    ? null
    : { piece: { html: anchor(found[1] as string, escapeHtml(found[1] as string)) }, taken: found[0].length };
};

const plainAddress = (address: string): string => address.replace(/\\([!-/:-@[-`{-~])/g, '$1');

/** Only addresses that cannot run anything; the text alone where it could. */
function anchor(address: string, html: string): string {
  const safe = /^(?:https?:|mailto:|#|\.{0,2}\/|[^:/?#]*(?:[/?#]|$))/i.test(address);
  return safe ? `<a href="${escapeHtml(address)}">${html}</a>` : html;
}

const emphasis: Rule = (source, at) => {
  const run = here(/\*{1,3}|_{1,3}|~~/uy, source, at)?.[0];
  if (run === undefined) return null;
  const before = source[at - 1] ?? ' ';
  const after = source[at + run.length] ?? ' ';
  const word = /[\p{L}\p{N}_]/u;
  const inWord = run.startsWith('_');
  return {
    piece: {
      mark: run,
      opens: !/\s/.test(after) && !(inWord && word.test(before)),
      closes: !/\s/.test(before) && !(inWord && word.test(after)),
    },
    taken: run.length,
  };
};

const RULES: readonly Rule[] = [hardBreak, escaped, codeSpan, footnoteReference, image, link, autolink, emphasis];

const TAGS: Readonly<Record<string, [open: string, close: string]>> = {
  '*': ['<em>', '</em>'],
  _: ['<em>', '</em>'],
  '**': ['<strong>', '</strong>'],
  __: ['<strong>', '</strong>'],
  '***': ['<em><strong>', '</strong></em>'],
  ___: ['<em><strong>', '</strong></em>'],
  '~~': ['<del>', '</del>'],
};

/** Pairs each closing run with the nearest opening one like it; what is left over is text. */
function matched(pieces: readonly Piece[]): string {
  const html = pieces.map((piece) => ('html' in piece ? piece.html : escapeHtml(piece.mark)));
  const open: { mark: string; index: number }[] = [];
  pieces.forEach((piece, index) => {
    if ('html' in piece) return;
    const opener = piece.closes ? open.findLastIndex(({ mark }) => mark === piece.mark) : -1;
    if (opener !== -1) {
      const [before, after] = TAGS[piece.mark] as [string, string];
      html[(open[opener] as { index: number }).index] = before;
      html[index] = after;
      open.length = opener;
    } else if (piece.opens) open.push({ mark: piece.mark, index });
  });
  return html.join('');
}
