import { describe, expect, it } from 'vitest';
import { realistic } from './fixtures/run.ts';
import { shipped } from './fixtures/templates.ts';
import { renderReport } from './render.ts';

describe('renderReport', () => {
  it.each(['en', 'zh-CN'])('renders the realistic run in %s', async (locale) => {
    const { markdown } = renderReport(realistic(), await shipped(locale));
    await expect(markdown).toMatchFileSnapshot(`fixtures/report.${locale}.md`);
  });
});
