import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOSTILE } from '../fixtures/run.ts';
import { blocksOf } from '../html/blocks.ts';
import { inlineHtml } from '../html/inline.ts';
import { authored, clip, codeCell, codeSpan, escapeText, fence, visible } from './escape.ts';

/** Text out of the pieces that Markdown, tables and HTML are made of. */
const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        '`',
        '``',
        '```',
        '~~~',
        '|',
        '\\',
        '\n',
        '\r\n',
        '#',
        '- ',
        '+ ',
        '1. ',
        '> ',
        '*',
        '**',
        '_',
        '[',
        ']',
        '(',
        ')',
        '<b>',
        '&lt;',
        '![',
        '[^x]',
        '{{',
        '$',
        '\0',
        '\u202e',
        'http://',
        'www.x',
        'word',
        '成功',
        '---',
        '===',
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
  fc.constant(HOSTILE),
);

const context = { footnote: (label: string) => `<sup>${label}</sup>`, image: () => '<img>' };
const NAMED: Record<string, string> = { '&#38;': '&', '&#60;': '<', '&#62;': '>', '&#34;': '"', '&#39;': "'" };
const textOf = (html: string): string => html.replace(/&#\d+;/g, (entity) => NAMED[entity] ?? entity);
const oneLine = (text: string): string => visible(text).replace(/\s+/g, ' ').trim();

describe('text', () => {
  it('stays text wherever it stands, and all of it', () => {
    fc.assert(
      fc.property(nasty, (given) => {
        const text = oneLine(given);
        for (const [before, kind] of [
          ['## ', 'heading'],
          ['', 'paragraph'],
        ] as const) {
          const blocks = blocksOf(`${before}${escapeText(given)}\n\nnext`);
          if (text === '') continue;
          expect(blocks.map((block) => block.kind)).toEqual([kind, 'paragraph']);
          const block = blocks[0] as { text: string };
          expect(textOf(inlineHtml(block.text, context))).toBe(text);
        }
      }),
    );
  });

  it('cannot leave its cell of a table', () => {
    fc.assert(
      fc.property(nasty, nasty, (one, other) => {
        const markdown = `| a | b |\n|---|---|\n| ${escapeText(one)} | ${codeCell(other)} |\n\nnext`;
        const [table, next] = blocksOf(markdown);
        if (table?.kind !== 'table') throw new Error(`no table but ${table?.kind}`);
        expect(next).toEqual({ kind: 'paragraph', text: 'next' });
        expect(table.rows).toHaveLength(1);
        expect(textOf(inlineHtml(table.rows[0]![0]!, context))).toBe(oneLine(one));
        expect(table.rows[0]).toHaveLength(2);
      }),
    );
  });

  it('loses what cannot be seen and what reorders', () => {
    expect(escapeText('a\u0000b\u001b[31mc\u202ed\u200be\u2028f')).toBe('ab\\[31mcdef');
  });

  it('keeps figures and versions readable', () => {
    expect(escapeText('8.00 GiB')).toBe('8.00 GiB');
    expect(escapeText('1. not a list')).toBe('1\\. not a list');
    expect(escapeText('nginx/1.22.1 (net.core.somaxconn)')).toBe('nginx/1.22.1 (net.core.somaxconn)');
  });
});

describe('code', () => {
  it('holds any text in one span', () => {
    fc.assert(
      fc.property(nasty, (given) => {
        const text = oneLine(given);
        if (text === '') return;
        expect(textOf(inlineHtml(codeSpan(given), context))).toBe(`<code>${text}</code>`);
      }),
    );
  });

  it('holds any text in one fence', () => {
    fc.assert(
      fc.property(nasty, fc.string(), (given, language) => {
        const [block, next, ...rest] = blocksOf(`${fence(given, language)}\n\nnext`);
        expect(rest).toEqual([]);
        expect(next).toEqual({ kind: 'paragraph', text: 'next' });
        expect(block).toMatchObject({ kind: 'code', text: visible(given).replace(/\n+$/, '') });
      }),
    );
  });
});

describe("the author's Markdown", () => {
  it('is left as it is', () => {
    const markdown = '## A *note*\n\n- [x](y)\n\n```sh\nls\n```';
    expect(authored(`\n${markdown}\n`)).toBe(markdown);
  });

  it('cannot swallow what follows in a fence left open', () => {
    fc.assert(
      fc.property(nasty, (given) => {
        const blocks = blocksOf(`${authored(given)}\n\n# next`);
        expect(blocks.at(-1)).toEqual({ kind: 'heading', level: 1, text: 'next' });
      }),
    );
  });
});

describe('clip', () => {
  it('cuts between characters', () => {
    expect(clip('成功😀😀', 3)).toBe('成功😀 …');
    expect(clip('short', 5)).toBe('short');
  });
});
