import type { Words } from '../words.ts';
import { type Block, blocksOf } from './blocks.ts';
import { escapeHtml, type InlineContext, inlineHtml } from './inline.ts';

/** What the page's frame is filled with; all of it HTML already. */
export interface PageView {
  lang: string;
  title: string;
  style: string;
  contents: { id: string; content: string }[];
  body: string;
  footnotes: { id: string; number: string; content: string; back: string }[];
  heading: { contents: string; footnotes: string };
}

/** The report's Markdown as the parts of a page. Charts that it links are put inside; nothing is fetched. */
export function pageOf(
  markdown: string,
  charts: Readonly<Record<string, string>>,
  style: string,
  words: Words,
): PageView {
  const blocks = blocksOf(markdown);
  const notes = new Map(
    allBlocks(blocks).flatMap((block) => (block.kind === 'footnote' ? [[block.label, block.text] as const] : [])),
  );
  const used: string[] = [];
  const context: InlineContext = {
    footnote: (label) => footnoteReference(label, notes, used),
    image: (address, alt) => inlineChart(address, alt, charts),
  };
  const ids = new Map<Block, string>();
  allBlocks(blocks).forEach((block) => {
    if (block.kind === 'heading') ids.set(block, `s${ids.size + 1}`);
  });
  const body = blocks.map((block) => blockHtml(block, context, ids)).join('\n');
  const quiet: InlineContext = { ...context, footnote: () => '' };
  const headings = blocks.flatMap((block) => (block.kind === 'heading' && block.level <= 2 ? [block] : []));
  return {
    lang: escapeHtml(words.tag),
    title: stripTags(inlineHtml(headings[0]?.text ?? '', quiet)),
    style,
    contents: headings.slice(1).map((block) => ({ id: ids.get(block) ?? '', content: inlineHtml(block.text, quiet) })),
    body,
    footnotes: used.map((label, index) => ({
      id: noteId(label),
      number: String(index + 1),
      content: inlineHtml(notes.get(label) ?? '', quiet),
      back: `${noteId(label)}-ref`,
    })),
    heading: { contents: words.say('html.contents'), footnotes: words.say('html.footnotes') },
  };
}

const noteId = (label: string): string => `note-${escapeHtml(label)}`;
const stripTags = (html: string): string => html.replace(/<[^>]*>/g, '');

/** The code itself stands beside the number, linked to what it means, with that as its tooltip. */
function footnoteReference(label: string, notes: ReadonlyMap<string, string>, used: string[]): string {
  const note = notes.get(label);
  if (note === undefined) return escapeHtml(`[^${label}]`);
  const first = !used.includes(label);
  if (first) used.push(label);
  const id = first ? ` id="${noteId(label)}-ref"` : '';
  const title = escapeHtml(note.replace(/\\([!-/:-@[-`{-~])/g, '$1').replace(/`/g, ''));
  return ` <sup class="mark"><a${id} href="#${noteId(label)}" title="${title}">${escapeHtml(label)}</a></sup>`;
}

function inlineChart(address: string, alt: string, charts: Readonly<Record<string, string>>): string | null {
  const name = /^charts\/([\w.-]+)$/.exec(address)?.[1];
  const svg = name !== undefined && Object.hasOwn(charts, name) ? charts[name] : undefined;
  return svg === undefined ? null : `<span class="chart" title="${escapeHtml(alt)}">${svg.trim()}</span>`;
}

function allBlocks(blocks: readonly Block[]): Block[] {
  return blocks.flatMap((block) => {
    if (block.kind === 'quote' || block.kind === 'details') return [block, ...allBlocks(block.blocks)];
    if (block.kind === 'list') return [block, ...block.items.flatMap(allBlocks)];
    return [block];
  });
}

function blockHtml(block: Block, context: InlineContext, ids: ReadonlyMap<Block, string>): string {
  const inline = (text: string): string => inlineHtml(text, context);
  const inner = (blocks: readonly Block[]): string => blocks.map((one) => blockHtml(one, context, ids)).join('\n');
  switch (block.kind) {
    case 'heading':
      return `<h${block.level} id="${ids.get(block) ?? ''}">${inline(block.text)}</h${block.level}>`;
    case 'paragraph':
      return `<p>${inline(block.text)}</p>`;
    case 'code':
      return `<pre><code>${escapeHtml(block.text)}</code></pre>`;
    case 'quote':
      return `<blockquote>${inner(block.blocks)}</blockquote>`;
    case 'details':
      return `<details><summary>${summaryHtml(block.summary)}</summary>\n${inner(block.blocks)}\n</details>`;
    case 'list':
      return listHtml(block.start, block.items, inner, inline);
    case 'table':
      return tableHtml(block, inline);
    case 'footnote':
      return '';
    case 'rule':
      return '<hr>';
  }
}

/** A summary is HTML in the Markdown: entities there are text, tags are not let through. */
const summaryHtml = (text: string): string =>
  escapeHtml(text.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code))));

/** An item that is only a paragraph stands without its own <p>. */
function listHtml(
  start: number | null,
  items: readonly Block[][],
  inner: (blocks: readonly Block[]) => string,
  inline: (text: string) => string,
): string {
  const tag = start === null ? 'ul' : 'ol';
  const first = start === null || start === 1 ? '' : ` start="${start}"`;
  const rows = items.map(([head, ...rest]) => {
    if (head?.kind !== 'paragraph') return `<li>${inner(head === undefined ? [] : [head, ...rest])}</li>`;
    return `<li>${inline(head.text)}${rest.length === 0 ? '' : `\n${inner(rest)}`}</li>`;
  });
  return `<${tag}${first}>\n${rows.join('\n')}\n</${tag}>`;
}

function tableHtml(table: Extract<Block, { kind: 'table' }>, inline: (text: string) => string): string {
  const cell = (tag: 'th' | 'td', text: string, index: number): string => {
    const align = table.align[index];
    return `<${tag}${align ? ` class="${align}"` : ''}>${inline(text)}</${tag}>`;
  };
  const head = `<thead><tr>${table.head.map((text, index) => cell('th', text, index)).join('')}</tr></thead>`;
  const rows = table.rows.map((row) => `<tr>${row.map((text, index) => cell('td', text, index)).join('')}</tr>`);
  return `<div class="table"><table>${head}\n<tbody>\n${rows.join('\n')}\n</tbody></table></div>`;
}
