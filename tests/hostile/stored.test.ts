import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { foldResults } from '../../src/analysis/fold.ts';
import { localHost } from '../../src/host/local.ts';
import { UserError } from '../../src/model/errors.ts';
import type { TrialRecord } from '../../src/model/record.ts';
import type { RunFile } from '../../src/model/run.ts';
import { realistic } from '../../src/report/fixtures/run.ts';
import { shipped } from '../../src/report/fixtures/templates.ts';
import { renderReport } from '../../src/report/render.ts';
import { resultsCsv } from '../../src/results/csv.ts';
import { parseJournal, readJournal } from '../../src/results/journal.ts';
import type { recordSchema } from '../../src/results/record-schema.ts';
import type { runFileSchema } from '../../src/results/run-file-schema.ts';
import { parseRunFile } from '../../src/results/run-folder.ts';
import { resultsSchema } from '../../src/results/schema.ts';
import { mutatedJson, type ValueMutation, valueMutations } from './values.ts';

const templates = await shipped('en');
const { run, records } = little();
const RUN = JSON.stringify(run);
const LINES = records.map((record) => JSON.stringify(record));

/** One server's two cells, with few samples: what is looked for does not need more. */
function little(): { run: RunFile; records: TrialRecord[] } {
  const { run: whole, records: all } = realistic();
  const cells = whole.plan.cells.filter((cell) => cell.server === 'nginx' && cell.environment === 'stock');
  const ids = new Set(cells.map((cell) => cell.id));
  const order = whole.plan.order.filter((slot) => ids.has(slot.cell));
  const servers = whole.plan.servers.filter((server) => server.name === 'nginx');
  const known = all.filter((record) => ids.has(record.cell)).slice(0, 4);
  return { run: { ...whole, plan: { ...whole.plan, cells, order, servers } }, records: known };
}

/** How far a case goes: folding takes a hundredth of a second, a report several. */
const depth = fc.nat(39).map((one) => (one === 0 ? 'report' : one < 5 ? 'results' : 'records'));

/** Whatever the records are, they fold into what the published schema says, and into a report. */
function expectTold(given: RunFile, known: readonly TrialRecord[], how: string): void {
  if (how === 'records') return;
  const results = foldResults(given, known, '2026-11-23T09:06:00.000Z');
  resultsSchema.parse(JSON.parse(JSON.stringify(results)));
  resultsCsv(results);
  if (how === 'results') return;
  const { markdown } = renderReport({ run: given, results, records: known }, templates);
  expect(markdown).not.toMatch(/\bNaN\b|\[object/);
}

const refused = (read: () => unknown): UserError | null => {
  try {
    read();
    return null;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
};

test('the schemas of what is read take everything that is written', () => {
  const takesRecords: TrialRecord extends z.input<typeof recordSchema> ? true : never = true;
  const takesRuns: RunFile extends z.input<typeof runFileSchema> ? true : never = true;
  expect([takesRecords, takesRuns]).toEqual([true, true]);
  expect(parseJournal(`${LINES.join('\n')}\n`)).toEqual({ records, torn: '', damaged: [] });
  expect(parseRunFile(RUN, 'run.json')).toEqual(run);
});

describe('a journal', () => {
  const whole = Buffer.from(`${LINES.slice(0, 2).join('\n')}\n`);

  test('cut at any byte loses the last trial at most', () => {
    for (let cut = 0; cut <= whole.length; cut += 1) {
      const text = whole.subarray(0, cut).toString('utf8');
      const { records: kept, torn, damaged } = parseJournal(text);
      expect(damaged).toEqual([]);
      expect(kept.length).toBe(text.split('\n').length - 1);
      expect(torn).toBe(text.slice(text.lastIndexOf('\n') + 1));
    }
  });

  test('with flipped bits, strange lines, or lines twice is told or folded', { timeout: 120_000 }, () => {
    const change = fc.oneof(
      fc.record({ how: fc.constant('flip' as const), at: fc.nat(1_000_000), bit: fc.nat(7) }),
      fc.record({
        how: fc.constantFrom('insert' as const, 'overwrite' as const),
        at: fc.nat(1_000_000),
        text: fc.oneof(
          fc.string({ unit: 'binary', maxLength: 40 }),
          fc.constantFrom('\n', '\0'.repeat(512), '{}', 'null', '[]', '"', '{"cell":1}', '\n{}\n', 'x'.repeat(100_000)),
          fc.json(),
        ),
      }),
      fc.record({ how: fc.constantFrom('repeat' as const, 'drop' as const), at: fc.nat(1_000) }),
    );
    let damagedOnes = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), depth, (changes, how) => {
        const text = changes.reduce(damage, `${LINES.join('\n')}\n`);
        const { records: kept, torn, damaged } = parseJournal(text);
        if (damaged.length > 0) damagedOnes += 1;
        // Nothing vanishes: each line is a record, told as damaged, or the torn one at the end.
        const lines = text.split('\n').length - (text === '' || text.endsWith('\n') ? 1 : 0);
        expect(kept.length + damaged.length + (torn === '' ? 0 : 1)).toBe(lines);
        expectTold(run, kept, how);
      }),
      { numRuns: 700 },
    );
    expect(damagedOnes).toBeGreaterThan(100);
  });

  test('whose values are others is told or folded', { timeout: 120_000 }, () => {
    let folded = 0;
    fc.assert(
      fc.property(fc.nat(LINES.length - 1), valueMutations, depth, (index, changes, how) => {
        const line = changedLine(LINES[index] as string, changes);
        const { records: kept, damaged } = parseJournal(`${LINES[0]}\n${line}\n${LINES[1]}\n`);
        expect(kept.length + damaged.length).toBe(3);
        if (damaged.length > 0) return;
        folded += 1;
        expectTold(run, kept, how);
      }),
      { numRuns: 900 },
    );
    expect(folded).toBeGreaterThan(50);
  });
});

describe('a journal on disk', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'loadcell-hostile-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const journal = async (text: string): Promise<string> => {
    await writeFile(join(folder, 'trials.jsonl'), text);
    return join(folder, 'trials.jsonl');
  };
  const problems = (file: string): Promise<UserError> =>
    readJournal(localHost(), file, run.plan).then(
      () => Promise.reject(new Error('it was taken')),
      (error) => error as UserError,
    );

  test('with a damaged line in the middle names it, and is not cut there', async () => {
    const file = await journal(`${LINES[0]}\n{"cell": 1}\nnonsense\n${LINES[1]}\n`);
    const error = await problems(file);
    expect(error).toBeInstanceOf(UserError);
    expect(error.exitCode).toBe(2);
    expect(error.problems.map(({ where }) => where)).toEqual(['line 2', 'line 3']);
  });

  test('of another run is refused', async () => {
    const other = JSON.stringify({ ...records[0], cell: '../../x' });
    expect((await problems(await journal(`${LINES[0]}\n${other}\n`))).problems[0]?.what).toContain('../../x');
    const late = JSON.stringify({ ...records[0], trial: 99 });
    expect((await problems(await journal(`${late}\n`))).problems[0]?.what).toContain('trial 99');
  });

  test('that is a folder is refused', async () => {
    expect((await problems(folder)).message).toContain('cannot be read');
  });

  test('with a line twice counts its trial once', async () => {
    const once = await readJournal(localHost(), await journal(`${LINES.join('\n')}\n`), run.plan);
    const twice = await readJournal(localHost(), await journal(`${[...LINES, ...LINES].join('\n')}\n`), run.plan);
    const cells = (of: typeof once) => foldResults(run, of.records, run.startedAt).cells;
    expect(cells(twice)).toEqual(cells(once));
  });
});

describe('run.json', () => {
  test('whose values are others is refused with a place, or gives a report', { timeout: 120_000 }, () => {
    let reports = 0;
    fc.assert(
      fc.property(valueMutations, depth, (changes, how) => {
        const text = changedLine(RUN, changes);
        const error = refused(() => parseRunFile(text, 'run.json'));
        if (error !== null) {
          expect(error.exitCode).toBe(2);
          expect(error.problems.length).toBeGreaterThan(0);
          return;
        }
        reports += 1;
        expectTold(parseRunFile(text, 'run.json'), records, how);
      }),
      { numRuns: 900 },
    );
    expect(reports).toBeGreaterThan(50);
  });

  test('of any other text is refused', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.json(),
          fc.nat(RUN.length - 1).map((cut) => RUN.slice(0, cut)),
        ),
        (text) => {
          expect(refused(() => parseRunFile(text, 'run.json'))?.exitCode).toBe(2);
        },
      ),
      { numRuns: 500 },
    );
  });
});

type Change =
  | { how: 'flip'; at: number; bit: number }
  | { how: 'insert' | 'overwrite'; at: number; text: string }
  | { how: 'repeat' | 'drop'; at: number };

function damage(text: string, change: Change): string {
  const at = change.at % Math.max(1, text.length);
  if (change.how === 'flip') {
    const bytes = Buffer.from(text);
    const place = change.at % Math.max(1, bytes.length);
    bytes[place] = (bytes[place] ?? 0) ^ (1 << change.bit);
    return bytes.toString('utf8');
  }
  if (change.how === 'insert') return text.slice(0, at) + change.text + text.slice(at);
  if (change.how === 'overwrite') return text.slice(0, at) + change.text + text.slice(at + change.text.length);
  const lines = text.split('\n');
  const line = change.at % lines.length;
  lines.splice(line, change.how === 'drop' ? 1 : 0, ...(change.how === 'drop' ? [] : [lines[line] ?? '']));
  return lines.join('\n');
}

const changedLine = (line: string, changes: readonly ValueMutation[]): string =>
  JSON.stringify(mutatedJson(JSON.parse(line), changes));
