import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { pages } from '../docs/pages.ts';

const folder = resolve(import.meta.dirname, '../docs/reference');

test.each(Object.entries(pages()))(
  'docs/reference/%s is what the code says (else: npm run docs)',
  async (name, text) => {
    expect(await readFile(join(folder, name), 'utf8')).toBe(text);
  },
);
