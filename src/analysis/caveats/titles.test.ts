import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { CELL_CHECKS, TRIAL_CHECKS } from './index.ts';

test.each(['en', 'zh-CN'])('the report has a title for every caveat, and for no other: %s', async (locale) => {
  const file = new URL(`../../../templates/locales/${locale}.json`, import.meta.url);
  const { words } = JSON.parse(await readFile(file, 'utf8')) as { words: Record<string, string> };
  const titled = Object.keys(words).filter((key) => /^caveat\.[^.]+$/.test(key));
  expect(titled.sort()).toEqual([...TRIAL_CHECKS, ...CELL_CHECKS].map(({ code }) => `caveat.${code}`).sort());
});
