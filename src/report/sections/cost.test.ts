import { expect, it } from 'vitest';
import type { CellResult } from '../../model/result.ts';
import { realistic } from '../fixtures/run.ts';
import { shipped } from '../fixtures/templates.ts';
import { renderReport } from '../render.ts';

const english = await shipped('en');
const UNSEEN: Partial<CellResult> = {
  serverCpuUsPerRequest: null,
  requestsPerServerCpuSecond: null,
  serverCpuCores: null,
  serverRssBytes: null,
  serverRssBytesPerConnection: null,
  timeWaitMax: null,
};

/** The section's text, or null; `change` is what is known of each cell. */
function section(change: (id: string) => Partial<CellResult>): string | null {
  const input = realistic();
  const cells = input.results.cells.map((cell) => ({ ...cell, ...UNSEEN, ...change(cell.id) }));
  const { markdown } = renderReport({ ...input, results: { ...input.results, cells } }, english);
  const [, text] = markdown.split('## What it cost\n');
  return text?.split('\n## ')[0] ?? null;
}
const rowsOf = (text: string | null): string[] => text!.split('\n').filter((line) => line.startsWith('| nginx'));

it('has a row for what was observed, a dash for what was not, and is left out where nothing was', () => {
  expect(section(() => ({}))).toBeNull();
  const text = section((id) => (id === 'nginx.stock.keep' ? { serverRssBytes: 1024, timeWaitMax: 12 } : {}));
  expect(rowsOf(text)).toEqual(['| nginx | stock | — | — | — | 1.00 KiB |']);
  expect(text).not.toMatch(/TIME_WAIT|for each connection/);
  expect(text).toContain('- No CPU time stands where the window was shorter than 0.2 s');
});

it('tells TIME_WAIT of fresh connections, and memory growth of kept ones, with how they came about', () => {
  const text = section((id) =>
    id.startsWith('nginx.stock') ? { serverCpuCores: 0.5, timeWaitMax: 14_112, serverRssBytesPerConnection: 5650 } : {},
  );
  expect(text).not.toContain('No CPU time');
  expect(text).toContain('- TIME_WAIT sockets are the most');
  expect(text).toContain('- Memory growth for each connection is');
  const [fresh, kept] = text!.split('### autocannon');
  expect(fresh).toContain('| Most TIME_WAIT sockets |\n');
  expect(rowsOf(fresh!)[0]).toMatch(/ \| 14,112 \|$/);
  expect(kept).toContain('| Memory | Memory growth for each connection |\n');
  expect(rowsOf(kept!)[0]).toMatch(/ \| 5\.52 KiB \|$/);
});
