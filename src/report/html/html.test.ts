import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blocksOf } from './blocks.ts';
import { type InlineContext, inlineHtml } from './inline.ts';

const context: InlineContext = { footnote: (label) => `<sup>${label}</sup>`, image: () => null };
const inline = (text: string): string => inlineHtml(text, context);

describe('inline Markdown', () => {
  it.each([
    [
      'a *b* **c** ***d*** _e_ __f__ ~~g~~',
      'a <em>b</em> <strong>c</strong> <em><strong>d</strong></em> <em>e</em> <strong>f</strong> <del>g</del>',
    ],
    ['snake_case_name 2 * 3 * 4', 'snake_case_name 2 * 3 * 4'],
    ['**a *b* c**', '<strong>a <em>b</em> c</strong>'],
    ['**open', '**open'],
    ['`a *b* <c>` ``d ` e`` `` ` ``', '<code>a *b* &#60;c&#62;</code> <code>d ` e</code> <code>`</code>'],
    ['`open', '`open'],
    ['\\*a\\* \\<b\\>', '*a* &#60;b&#62;'],
    ['<script>x</script> & <b>', '&#60;script&#62;x&#60;/script&#62; &#38; &#60;b&#62;'],
    [
      '[a *b*](https://c/d_e_f "t") [g](./h) [i](#j)',
      '<a href="https://c/d_e_f">a <em>b</em></a> <a href="./h">g</a> <a href="#j">i</a>',
    ],
    ['[a](javascript:alert(1)) [b](<data:text/html,x>) [c](JaVaScript:x)', 'a b c'],
    ['<https://a/?b=1&c=2>', '<a href="https://a/?b=1&#38;c=2">https://a/?b=1&#38;c=2</a>'],
    ['![a](https://b/c.png)', '<a href="https://b/c.png">a</a>'],
    ['9,216[^drift]', '9,216<sup>drift</sup>'],
    ['a  \nb\\\nc\nd', 'a<br>\nb<br>\nc\nd'],
    ['[not a link] (x)', '[not a link] (x)'],
  ])('%s', (markdown, html) => expect(inline(markdown)).toBe(html));

  it('never lets a tag of its own through, and closes what it opens', () => {
    const piece = fc.constantFrom(
      '*',
      '**',
      '_',
      '~~',
      '`',
      '[',
      ']',
      '(',
      ')',
      '<',
      '>',
      '\\',
      'a',
      ' ',
      '\n',
      '!',
      '"',
      '成',
      'javascript:',
      '<b onload=x>',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const open: string[] = [];
        for (const [tag, close, name = ''] of inline(pieces.join('')).matchAll(/<(\/?)([a-z]+)[^>]*>/g)) {
          expect(['em', 'strong', 'del', 'code', 'a', 'br', 'sup']).toContain(name);
          expect(tag).not.toMatch(/on\w+=|javascript:/);
          if (name === 'br') continue;
          if (close === '') open.push(name);
          else expect(open.pop()).toBe(name);
        }
        expect(open).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('blocks', () => {
  it('reads what reports are made of', () => {
    const markdown = [
      '# T',
      '',
      'a',
      'b',
      '',
      '- one',
      '  - two',
      '    still two',
      '- three',
      '',
      '  a paragraph of three',
      '',
      '3. x',
      '4. y',
      '',
      '> q',
      '> r',
      '',
      '| a | b |',
      '|---|--:|',
      '| 1 \\| 2 | `x \\| y` |',
      '',
      '---',
      '',
      '````sh',
      '```',
      '````',
      '',
      '[^n]: note',
    ].join('\n');
    expect(blocksOf(markdown)).toEqual([
      { kind: 'heading', level: 1, text: 'T' },
      { kind: 'paragraph', text: 'a\nb' },
      {
        kind: 'list',
        start: null,
        items: [
          [
            { kind: 'paragraph', text: 'one' },
            { kind: 'list', start: null, items: [[{ kind: 'paragraph', text: 'two\nstill two' }]] },
          ],
          [
            { kind: 'paragraph', text: 'three' },
            { kind: 'paragraph', text: 'a paragraph of three' },
          ],
        ],
      },
      { kind: 'list', start: 3, items: [[{ kind: 'paragraph', text: 'x' }], [{ kind: 'paragraph', text: 'y' }]] },
      { kind: 'quote', blocks: [{ kind: 'paragraph', text: 'q\nr' }] },
      { kind: 'table', head: ['a', 'b'], align: [null, 'right'], rows: [['1 | 2', '`x | y`']] },
      { kind: 'rule' },
      { kind: 'code', language: 'sh', text: '```' },
      { kind: 'footnote', label: 'n', text: 'note' },
    ]);
  });

  it('ends a cell at a pipe behind an escaped backslash, as GitHub does', () => {
    const [table] = blocksOf('| a | b |\n|---|---|\n| x\\\\ | y |');
    expect(table).toMatchObject({ rows: [['x\\\\', 'y']] });
  });

  it('gets through anything, in time', () => {
    const line = fc.constantFrom(
      '# a',
      '- b',
      '  - c',
      '1. d',
      '> e',
      '| f | g |',
      '|---|---|',
      '```',
      '~~~',
      '---',
      '',
      '   ',
      'text',
      '<details><summary>s</summary>',
      '</details>',
      '[^x]: y',
      '    indented',
      '\t- tab',
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        expect(blocksOf(lines.join('\n')).length).toBeLessThanOrEqual(lines.length);
      }),
      { numRuns: 500 },
    );
  });
});
