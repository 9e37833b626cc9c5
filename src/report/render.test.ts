import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Caveat, Severity } from '../model/caveat.ts';
import type { ReportInput } from './facts.ts';
import { footnoteLabel, SIGN } from './figures.ts';
import { many } from './fixtures/many.ts';
import { markedEverywhere } from './fixtures/marked.ts';
import { HOSTILE, realistic } from './fixtures/run.ts';
import { shipped } from './fixtures/templates.ts';
import { type Block, blocksOf } from './html/blocks.ts';
import { renderReport } from './render.ts';

const english = await shipped('en');

describe('a report', () => {
  it.each(['en', 'zh-CN'])('of the realistic run in %s is the golden one', async (locale) => {
    const { markdown } = renderReport(realistic(), await shipped(locale));
    await expect(markdown).toMatchFileSnapshot(`fixtures/report.${locale}.md`);
  });

  it('is the same bytes every time', () => {
    expect(renderReport(realistic(), english)).toEqual(renderReport(realistic(), english));
  });

  it('links exactly the charts that it has', () => {
    const { markdown, charts, html } = renderReport(many(), english);
    const linked = [...markdown.matchAll(/\]\(charts\/([^)]+)\)/g)].map(([, name]) => name);
    expect(linked).toEqual(Object.keys(charts));
    expect(linked).toHaveLength(8);
    expect(html.match(/<svg /g)).toHaveLength(8);
  });

  it('says that a quick run is a smoke run, and that an interrupted one is incomplete', () => {
    const input = realistic();
    input.results.run.quick = true;
    input.results.run.complete = false;
    const head = renderReport(input, english).markdown.split('## The machine')[0];
    expect(head).toContain('Smoke run.');
    expect(head).toContain('21 of 36 trials count');
    expect(renderReport(realistic(), english).markdown).not.toContain('Smoke run');
  });

  it('names a block that is not ab’s own for what it is, and shows ab’s own as it came', () => {
    const { markdown } = renderReport(realistic(), english);
    const blocks = markdown.split('```').filter((text) => text.includes('Requests per second:'));
    for (const block of blocks)
      expect(block).toMatch(/This is ApacheBench|ab-shaped, from autocannon 9\.0\.0's samples; not ab's own output/);
    expect(blocks).toHaveLength(7);
    const own = blocks.filter((text) => text.includes('This is ApacheBench'));
    const came = realistic().records.flatMap(({ outcome }) =>
      outcome.kind === 'measured' ? (outcome.measurement.ownOutput?.trimEnd() ?? []) : [],
    );
    expect(own).toHaveLength(3);
    for (const block of own) expect(came.map((text) => `text\n${text}\n`)).toContain(block);
  });
});

/** Fractions that none of the figures below has. */
const quarters = fc.integer({ min: -3_996, max: 3_996 }).map((count) => count / 4);
const code = fc.stringMatching(/^[a-z]{2,8}(-[a-z]{2,8}){0,2}$/);
const caveat = fc.record({
  code: fc.oneof(code, fc.constant('we|ird] co\nde')),
  severity: fc.constantFrom<Severity>('note', 'suspect', 'invalid'),
  message: fc.string(),
  evidence: fc.dictionary(fc.string(), fc.oneof(fc.string(), quarters, fc.boolean(), fc.constant(null))),
  nextStep: fc.string(),
});

describe('no caveat can vanish', () => {
  const OWN_FIGURES = String.raw`7,777|7\.8k|7\.33 s|8\.44 s|7\.65|765,432|765 GiB|76,543`;
  const withCaveats = (caveats: Caveat[], id = 'nginx.stock.fresh'): ReportInput => {
    const input = realistic();
    const cell = input.results.cells.find((one) => one.id === id)!;
    // Its figures appear nowhere else, so that every line with one of them is this cell's.
    cell.requestsPerSecond = { median: 7777, low: 7771, high: 7779, interval: 'range', n: 3 };
    cell.latencyUs = { ...cell.latencyUs!, p50: 7_331_000, p99: 8_442_000 };
    Object.assign(cell, {
      serverCpuCores: 7.65,
      serverCpuUsPerRequest: 7_652_000,
      requestsPerServerCpuSecond: 765_432,
    });
    Object.assign(cell, { serverRssBytes: 765 * 1024 ** 3, timeWaitMax: 76_543 });
    cell.caveats = caveats;
    return input;
  };

  it('from a number in the Markdown: every code stands beside every figure of its cell', () => {
    fc.assert(
      fc.property(fc.array(caveat, { minLength: 1, maxLength: 5 }), (caveats) => {
        const { markdown } = renderReport(withCaveats(caveats), english);
        const lines = markdown.split('\n').filter((line) => new RegExp(OWN_FIGURES).test(line));
        expect(lines).toHaveLength(4);
        expect(lines[1]?.match(new RegExp(OWN_FIGURES, 'g'))).toHaveLength(5);
        for (const line of lines) {
          for (const figure of line.matchAll(new RegExp(`(?:${OWN_FIGURES})[^|]*`, 'g'))) {
            for (const one of caveats) expect(figure[0]).toContain(`[^${footnoteLabel(one.code)}]`);
          }
        }
        for (const one of caveats) expect(markdown).toContain(`\n[^${footnoteLabel(one.code)}]: `);
      }),
      { numRuns: 30 },
    );
  });

  it('from a block, a chart or the page', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(code, { minLength: 1, maxLength: 6 }),
        fc.constantFrom<Severity>('note', 'suspect', 'invalid'),
        (codes, severity) => {
          const caveats = codes.map((one) => ({ code: one, severity, message: 'm', evidence: {}, nextStep: '' }));
          const { markdown, html, charts } = renderReport(withCaveats(caveats), english);
          const doubts = `Doubts about these figures: ${`${SIGN[severity]} `.trimStart()}${codes.join(', ')}`;
          // Above ab's own output, which stays as it came; inside what we shaped like it.
          const ofNginx = (text: string): string => text.slice(text.indexOf('\n## nginx\n'));
          expect(ofNginx(markdown)).toMatch(
            new RegExp(`\\(stock\\)\\*\\*[^\\n]*\\n\\n${doubts}\\n\\n\`\`\`text\\nThis is ApacheBench`),
          );
          const shaped = renderReport(withCaveats(caveats, 'nginx.stock.keep'), english).markdown;
          expect(ofNginx(shaped)).toMatch(
            new RegExp(`\`\`\`text\\nab-shaped, from autocannon[^\\n]*\\n${doubts}\\n\\nServer Software`),
          );
          const row = html.split('<tr>').find((text) => text.includes('7,777'));
          const bar = charts['requests-1.svg']!.split('<g>').find((text) => text.includes('7,777'));
          for (const one of codes) {
            expect(row?.split(`>${one}</a>`)).toHaveLength(5);
            expect(bar?.replace(/<title>.*?<\/title>/, '')).toContain(one);
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  it('from a ratio: it has the doubts of both of its numbers', () => {
    const input = withCaveats([
      { code: 'of-the-baseline', severity: 'suspect', message: '', evidence: {}, nextStep: '' },
    ]);
    const row = renderReport(input, english)
      .markdown.split('\n')
      .find((line) => line.includes('1.01× (0.980×–1.05×)'));
    expect(row).toContain('[^of-the-baseline]');
    expect(row).toContain('[^few-samples]');
    expect(row).toContain('no difference shown');
  });
});

describe('what a server, a log or a name says', () => {
  const shape = (blocks: Block[]): unknown[] =>
    blocks.map((block) => {
      if (block.kind === 'list') return [block.kind, block.items.map(shape)];
      if (block.kind === 'quote' || block.kind === 'details') return [block.kind, shape(block.blocks)];
      if (block.kind === 'table') return [block.kind, block.head.length, block.rows.length];
      return block.kind === 'heading' ? [block.kind, block.level] : block.kind;
    });

  it.each([
    ['Markdown and HTML', HOSTILE],
    ['a fence', '\n```\n````\n~~~~\n# x\n'],
    ['a table', ' | | \\| \\'],
    ['a template', '{{#each}} {{{x}}} {{> page}} $' + '{x} $&'],
    ['HTML', '"></summary></details><script>alert(1)</script><img src=x onerror=alert(1)><!--'],
    ['links', '](javascript:alert(1)) ![x](http://x/y) <http://evil> [^note]: x'],
    ['control characters', '\u0000\u001b[2J\r\n\u202e\u2028'],
  ])('stays in its place: %s', (_, mark) => {
    const calm = renderReport(markedEverywhere('x'), english);
    const { markdown, html, charts } = renderReport(markedEverywhere(mark), english);
    expect(shape(blocksOf(markdown))).toEqual(shape(blocksOf(calm.markdown)));
    expect(tags(html)).toEqual(tags(calm.html));
    expect(markdown + html).not.toMatch(/(?![\t\n])[\p{Cc}\p{Cf}]/u);
    for (const [name, svg] of Object.entries(charts))
      expect(svg, name).not.toMatch(/<(?:script|img|!--)|(?!\n)[\p{Cc}\p{Cf}]/u);
  });

  it('stays in its place inside a translated sentence, too', async () => {
    const chinese = await shipped('zh-CN');
    const { markdown, html } = renderReport(markedEverywhere(HOSTILE), chinese);
    expect(markdown).toMatch(/服务器在就绪之前退出（退出码 1）：OSError.*\\<script\\>/);
    const calm = renderReport(markedEverywhere('x'), chinese);
    expect(shape(blocksOf(markdown))).toEqual(shape(blocksOf(calm.markdown)));
    expect(tags(html)).toEqual(tags(calm.html));
  });

  /** Opening and closing tags in their order, without what hangs on the length of a text. */
  const tags = (html: string): string[] =>
    [...html.matchAll(/<\/?([a-z!-]+)[^>]*>/gi)]
      .map(([tag, name]) => (tag.startsWith('</') ? `/${name}` : `${name}`))
      .filter((name) => !/^\/?(?:title|text|code)$/.test(name));

  it('loads nothing into the page', () => {
    const { html } = renderReport(markedEverywhere(HOSTILE), english);
    expect(html.replace(/="[^"]*"/g, '')).not.toMatch(
      /<(?:script|img|iframe|object|link)\b|<[^>]*\ssrc|url\(|@import/i,
    );
    expect(html).toContain("default-src 'none'");
  });
});
