import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plain } from '../../src/cli/print.ts';
import { realistic } from '../../src/report/fixtures/run.ts';
import { resultsCsv } from '../../src/results/csv.ts';
import { TEXTS } from './definition.ts';

/** Text as a server, a log or a name might have it. */
const text = fc.oneof(
  fc.constantFrom(...TEXTS.filter((one) => one.length < 1_000)),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc
    .tuple(fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', ' =', '\n=', '＝'), fc.string({ maxLength: 10 }))
    .map((parts) => parts.join('')),
  fc.array(fc.constantFrom('"', ',', '\r\n', '\n', '=', "'", 'x'), { maxLength: 8 }).map((parts) => parts.join('')),
);

/** RFC 4180. */
function rowsOf(csv: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, bare, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted === undefined ? (bare ?? '') : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

describe('what others chose', () => {
  test('stays in its cell of results.csv, and is no formula', () => {
    const { results } = realistic();
    const [cell] = results.cells;
    fc.assert(
      fc.property(text, text, (path, reason) => {
        const one = { ...(cell as NonNullable<typeof cell>), reason };
        const csv = resultsCsv({ ...results, cells: [{ ...one, load: { ...one.load, path } }] });
        const [names, values, ...rest] = rowsOf(csv);
        expect(rest).toEqual([]);
        expect(values).toHaveLength(names?.length ?? 0);
        for (const [name, given] of [
          ['path', path],
          ['reason', reason],
        ] as const) {
          const value = values?.[names?.indexOf(name) ?? -1];
          expect([given, `'${given}`]).toContain(value);
          expect(value).not.toMatch(/^\s*[=+\-@＝＋－＠]|^[\t\r\n]/);
        }
      }),
      { numRuns: 1_500 },
    );
  });

  test('cannot steer the terminal', () => {
    fc.assert(
      fc.property(text, (given) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
        expect(plain(given)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
      }),
      { numRuns: 1_000 },
    );
  });
});
