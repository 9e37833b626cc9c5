/**
 * Writes the reference pages in docs/reference from what the code itself says: schemas, tables of drivers, controls and
 * caveats, the command's own help. `npm run docs`; a test fails when a page is not what this would write.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pages } from './pages.ts';

const folder = resolve(import.meta.dirname, 'reference');
await mkdir(folder, { recursive: true });
for (const [name, text] of Object.entries(pages())) await writeFile(resolve(folder, name), text);
