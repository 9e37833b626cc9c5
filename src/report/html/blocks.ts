/**
 * The Markdown that reports are made of, as blocks: CommonMark's headings, paragraphs, lists, quotes, rules and fences,
 * with GitHub's tables, footnotes and folded details. Not all of CommonMark: what it does not know stays a paragraph of
 * text, and raw HTML is never passed on.
 */
export type Block =
  | { kind: 'heading'; level: number; text: string }
  | { kind: 'paragraph'; text: string }
  | { kind: 'code'; language: string; text: string }
  | { kind: 'list'; start: number | null; items: Block[][] }
  | { kind: 'quote'; blocks: Block[] }
  | { kind: 'table'; head: string[]; align: Align[]; rows: string[][] }
  | { kind: 'details'; summary: string; blocks: Block[] }
  | { kind: 'footnote'; label: string; text: string }
  | { kind: 'rule' };

type Align = 'left' | 'right' | 'center' | null;

/** A reader takes blocks off the lines: the block and how many lines it was, or null when it is not this kind. */
type Reader = (lines: readonly string[]) => { block: Block | null; taken: number } | null;

export function blocksOf(markdown: string): Block[] {
  return read(markdown.split('\n'));
}

function read(lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; ) {
    const rest = lines.slice(at);
    const found = READERS.map((reader) => reader(rest)).find((one) => one !== null) ?? paragraph(rest);
    if (found.block !== null) blocks.push(found.block);
    at += Math.max(1, found.taken);
  }
  return blocks;
}

const blank: Reader = ([line = '']) => (line.trim() === '' ? { block: null, taken: 1 } : null);

const heading: Reader = ([line = '']) => {
  const [, marks, text] = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/.exec(line) ?? [];
  return marks === undefined ? null : { block: { kind: 'heading', level: marks.length, text: text ?? '' }, taken: 1 };
};

const rule: Reader = ([line = '']) =>
  /^ {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$/.test(line)
    ? { block: { kind: 'rule' }, taken: 1 }
    : null;

const code: Reader = (lines) => {
  const [, indent = '', marks, info = ''] = /^( {0,3})(`{3,}|~{3,})(.*)$/.exec(lines[0] ?? '') ?? [];
  if (marks === undefined || (marks.startsWith('`') && info.includes('`'))) return null;
  const closes = (line: string): boolean => {
    const run = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(line)?.[1];
    return run !== undefined && run[0] === marks[0] && run.length >= marks.length;
  };
  const end = lines.findIndex((line, index) => index > 0 && closes(line));
  const body = lines
    .slice(1, end === -1 ? undefined : end)
    .map((line) => line.replace(new RegExp(`^ {0,${indent.length}}`), ''));
  const language = info.trim().split(/\s/)[0] ?? '';
  return { block: { kind: 'code', language, text: body.join('\n') }, taken: end === -1 ? lines.length : end + 1 };
};

const quote: Reader = (lines) => {
  const taken = countWhile(lines, (line) => /^ {0,3}>/.test(line));
  if (taken === 0) return null;
  return {
    block: { kind: 'quote', blocks: read(lines.slice(0, taken).map((line) => line.replace(/^ {0,3}> ?/, ''))) },
    taken,
  };
};

const details: Reader = (lines) => {
  const summary = /^<details><summary>(.*)<\/summary>$/.exec(lines[0] ?? '')?.[1];
  if (summary === undefined) return null;
  const end = lines.indexOf('</details>');
  const inner = lines.slice(1, end === -1 ? undefined : end);
  return { block: { kind: 'details', summary, blocks: read(inner) }, taken: end === -1 ? lines.length : end + 1 };
};

const footnote: Reader = ([line = '']) => {
  const [, label, text] = /^ {0,3}\[\^([^\s\]]+)\]:[ \t]*(.*)$/.exec(line) ?? [];
  return label === undefined ? null : { block: { kind: 'footnote', label, text: text ?? '' }, taken: 1 };
};

const table: Reader = (lines) => {
  const [first = '', second = ''] = lines;
  if (!first.includes('|') || !/^ {0,3}\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/.test(second))
    return null;
  const head = cellsOf(first);
  const align = cellsOf(second).map(alignOf);
  if (head.length !== align.length) return null;
  const count = countWhile(lines.slice(2), (line) => line.trim() !== '' && line.includes('|'));
  const rows = lines.slice(2, 2 + count).map((line) => head.map((_, index) => cellsOf(line)[index] ?? ''));
  return { block: { kind: 'table', head, align, rows }, taken: 2 + count };
};

const alignOf = (cell: string): Align =>
  cell.endsWith(':') ? (cell.startsWith(':') ? 'center' : 'right') : cell.startsWith(':') ? 'left' : null;

/** Cells between pipes that are not escaped; an escaped one loses its backslash here, in code spans too. */
function cellsOf(line: string): string[] {
  const cells = [''];
  for (const [piece] of line
    .trim()
    .replace(/^\|/, '')
    .matchAll(/\\.|\||[^\\|]+|\\$/gu)) {
    if (piece === '|') cells.push('');
    else cells[cells.length - 1] += piece === '\\|' ? '|' : piece;
  }
  if (cells.length > 1 && cells.at(-1)?.trim() === '') cells.pop();
  return cells.map((cell) => cell.trim());
}

const MARKER = /^( {0,3})([-*+]|\d{1,9}[.)])([ \t]+|$)/;

const list: Reader = (lines) => {
  const first = MARKER.exec(lines[0] ?? '');
  if (first === null) return null;
  const ordered = /\d/.test(first[2] as string);
  const items: Block[][] = [];
  let at = 0;
  while (at < lines.length) {
    const marker = MARKER.exec(lines[at] ?? '');
    if (marker === null || /\d/.test(marker[2] as string) !== ordered) break;
    const indent = marker[0].length;
    const taken = 1 + itemLength(lines.slice(at + 1), indent);
    const own = lines
      .slice(at, at + taken)
      .map((line, index) => (index === 0 ? line.slice(indent) : outdent(line, indent)));
    items.push(read(own));
    at += taken;
  }
  return { block: { kind: 'list', start: ordered ? Number.parseInt(first[2] as string, 10) : null, items }, taken: at };
};

/** Lines that belong to an item: indented ones, blank ones before those, and the rest of a paragraph. */
function itemLength(lines: readonly string[], indent: number): number {
  let length = 0;
  for (const [index, line] of lines.entries()) {
    const indented = /^ */.exec(line)?.[0].length ?? 0;
    if (line.trim() === '') continue;
    const continues = indented >= Math.min(indent, 2);
    const lazy =
      index === length && index >= 0 && !MARKER.test(line) && !startsBlock(line) && lines[index - 1]?.trim() !== '';
    if (!continues && !lazy) break;
    length = index + 1;
  }
  return length;
}

const outdent = (line: string, indent: number): string => line.replace(new RegExp(`^ {0,${indent}}`), '');

const startsBlock = (line: string): boolean =>
  [heading, rule, code, quote, details, footnote].some((reader) => reader([line]) !== null);

function paragraph(lines: readonly string[]): { block: Block; taken: number } {
  const more = countWhile(lines.slice(1), (line) => line.trim() !== '' && !startsBlock(line) && !MARKER.test(line));
  const text = lines
    .slice(0, 1 + more)
    .map((line) => line.replace(/^ +/, ''))
    .join('\n');
  return { block: { kind: 'paragraph', text: text.trimEnd() }, taken: 1 + more };
}

const READERS: readonly Reader[] = [blank, heading, rule, code, quote, details, footnote, table, list];

function countWhile(lines: readonly string[], holds: (line: string) => boolean): number {
  const end = lines.findIndex((line) => !holds(line));
  return end === -1 ? lines.length : end;
}
