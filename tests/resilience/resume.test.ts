import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TrialRecord } from '../../src/model/record.ts';
import type { RunFile } from '../../src/model/run.ts';
import { type Bench, bench, codesOf, ended } from '../support/loadcell.ts';
import { FOUR_TRIALS, LONG, SERVER, stored, untilLines } from './kept.ts';

const slotOf = ({ cell, trial }: { cell: string; trial: number }): string => `${cell} ${trial}`;
const parsed = (lines: readonly string[]): TrialRecord[] => lines.map((line) => JSON.parse(line) as TrialRecord);

test('kill -9 in the middle: --resume goes on with the same plan, and repeats nothing that was complete', {
  timeout: LONG,
}, async () => {
  await using made = await bench(FOUR_TRIALS);
  const child = made.start([made.file, '--wait']);
  const end = ended(child);
  await untilLines(join(made.folder, 'out/bench/latest/trials.jsonl'), 2, child);
  child.kill('SIGKILL');
  expect((await end).signal).toBe('SIGKILL');
  const before = await stored(made);
  // As if it had died while it wrote the next record.
  await appendFile(before.journal, '{"schemaVersion":1,"cell":"ser');

  const said = await made.run([made.file, '--wait', '--resume']);
  expect(said.code, said.stderr).toBe(0);
  expect(said.stderr).toContain(`${before.lines.length} trials are there`);
  const after = await stored(made);
  expect(after.runs).toEqual(before.runs);
  expect(after.run.plan).toEqual(before.run.plan);
  expect(after.lines.slice(0, before.lines.length)).toEqual(before.lines);

  const records = parsed(after.lines);
  const first = records.filter(({ attempt }) => attempt === 1);
  expect(first.map(slotOf)).toEqual(before.run.plan.order.map(slotOf));
  expect(records.map(({ sequence }) => sequence)).toEqual(records.map((_, index) => index));
  expect(new Set(records.map((record) => `${slotOf(record)} ${record.attempt}`)).size).toBe(records.length);

  expect(after.run.resumed).toMatchObject([{ trials: before.lines.length, changed: [] }]);
  expect((await made.results()).run).toMatchObject({ complete: true, seed: before.run.plan.seed });
  expect(await made.report()).toContain('Sitting 2 of 2');
});

describe('a run that is there', { timeout: LONG }, () => {
  let made: Bench;
  let text: string;
  beforeAll(async () => {
    made = await bench(FOUR_TRIALS.replace('trials: 2', 'trials: 1'));
    text = await readFile(made.file, 'utf8');
    const said = await made.run([made.file, '--wait']);
    expect(said.code, said.stderr).toBe(0);
  }, LONG);
  afterAll(() => made[Symbol.asyncDispose]());
  const resume = (...args: string[]) => made.run([made.file, '--wait', '--resume', ...args]);
  /** Takes the last line from the records. */
  const cutLast = async (): Promise<void> => {
    const { journal, lines } = await stored(made);
    await writeFile(
      journal,
      lines
        .slice(0, -1)
        .map((line) => `${line}\n`)
        .join(''),
    );
  };

  test('of which nothing is left: it is as it was', async () => {
    const before = { ...(await stored(made)), results: await made.results() };
    const said = await resume();
    expect(said.code, said.stderr).toBe(0);
    expect(said.stderr).toContain('nothing is left to run');
    const after = await stored(made);
    expect(after).toEqual({ ...before, results: undefined });
    // To the time of its end, which the records tell to some ms.
    expect((await made.results()).cells).toEqual(before.results.cells);
  });

  test('with options that it was not planned with: refused, each named, nothing touched', async () => {
    const before = await stored(made);
    const { seed } = before.run.plan;
    const said = await resume('--trials', '9', '--seed', String(seed + 1), '--quick', '--isolation', 'host');
    expect(said.code).toBe(2);
    for (const option of ['--trials', '--seed', '--quick', '--isolation']) expect(said.stderr).toContain(`${option}:`);
    expect(said.stderr).toContain('without --resume');
    expect(await stored(made)).toEqual(before);
    // What it is may be said.
    expect((await resume('--trials', '1', '--seed', String(seed))).code).toBe(0);
  });

  test('of an experiment that has changed: refused, and with --changed gone on with as it was planned', async () => {
    await cutLast();
    const before = await stored(made);
    await writeFile(made.file, text.replace("'200ms'", "'300ms'"));
    const refused = await resume();
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('--changed');
    expect(await stored(made)).toEqual(before);

    const said = await resume('--changed');
    expect(said.code, said.stderr).toBe(0);
    const after = await stored(made);
    expect(after.lines.length).toBeGreaterThan(before.lines.length);
    expect(after.run.plan).toEqual(before.run.plan);
    expect(after.run.resumed).toMatchObject([{ changed: [{ where: 'experiment' }] }]);
    expect(await made.report()).toMatch(/Changed since the first sitting.*experiment/);
    for (const cell of (await made.results()).cells) expect(codesOf(cell)).toContain('resumed-changed');
    await writeFile(made.file, text);
  });

  test('measured by another kernel: refused before anything is changed, and with --changed told in the report', async () => {
    await cutLast();
    const { run, journal } = await stored(made);
    const file = join(journal, '../run.json');
    await writeFile(file, JSON.stringify({ ...run, machine: { ...run.machine, kernel: '0.1' } }));
    const before = await stored(made);
    const refused = await resume();
    expect(refused.code).toBe(3);
    expect(refused.stderr).toMatch(/kernel: it was 0\.1/);
    expect(await stored(made)).toEqual(before);
    const said = await resume('--changed');
    expect(said.code, said.stderr).toBe(0);
    expect(await made.report()).toMatch(/Changed since the first sitting.*kernel.*it was 0\.1/);
    const after = await stored(made);
    await writeFile(file, JSON.stringify({ ...after.run, machine: run.machine }));
  });

  test('that died before a second attempt that was due: it is made, once', async () => {
    const { journal, lines } = await stored(made);
    const records = parsed(lines);
    const [spoiled] = records.filter(({ outcome }) => outcome.kind === 'measured');
    if (spoiled?.observation == null) throw new Error('nothing was observed');
    // Another virtual machine had the CPUs.
    for (const cpu of Object.values(spoiled.observation.cpus)) cpu.stealMs = 5_000;
    const kept = records.filter((one) => one === spoiled || slotOf(one) !== slotOf(spoiled) || one.attempt === 1);
    await writeFile(journal, kept.map((one) => `${JSON.stringify(one)}\n`).join(''));
    const said = await resume();
    expect(said.code, said.stderr).toBe(0);
    const again = parsed((await stored(made)).lines)
      .slice(kept.length)
      .map((one) => [slotOf(one), one.attempt]);
    expect(again).toContainEqual([slotOf(spoiled), 2]);
    expect(again.every(([, attempt]) => attempt === 2)).toBe(true);
  });

  test('with a line in the middle that cannot be read: told with its number; once taken out, its trial is run again', async () => {
    const { journal, lines } = await stored(made);
    const [damaged, ...rest] = lines as [string, ...string[]];
    const slot = slotOf(JSON.parse(damaged));
    await writeFile(journal, `${damaged.slice(0, 40)}\n${rest.join('\n')}\n`);
    const bytes = await readFile(journal, 'utf8');
    for (const said of [await resume(), await made.run(['report', join(journal, '..')])]) {
      expect(said.code).toBe(2);
      expect(said.stderr).toMatch(/trials\.jsonl is damaged[\s\S]*line 1:/);
      expect(await readFile(journal, 'utf8')).toBe(bytes);
    }
    await writeFile(journal, rest.map((line) => `${line}\n`).join(''));
    const said = await resume();
    expect(said.code, said.stderr).toBe(0);
    const records = parsed((await stored(made)).lines);
    expect(records.slice(0, rest.length)).toEqual(parsed(rest));
    expect((await made.results()).run.complete).toBe(true);
    expect(new Set(records.map(({ sequence }) => sequence)).size).toBe(records.length);
    expect(records.map(slotOf)).toContain(slot);
  });
});

test('a cell that could not be run for lack of a server is run once that is there', { timeout: LONG }, async () => {
  const late = SERVER.replace(/\}$/, "requires: [{ command: 'late-command' }] }");
  await using made = await bench(FOUR_TRIALS.replace(SERVER, late));
  const bin = join(made.folder, 'bin');
  await mkdir(bin);
  const env = { PATH: `${bin}:${process.env.PATH}` };
  const without = await made.run([made.file, '--wait'], { env });
  expect(without.code, without.stderr).toBe(4);
  const before = JSON.parse(await readFile(join(made.folder, 'out/bench/latest/run.json'), 'utf8')) as RunFile;
  expect(Object.values(before.notRun)).toEqual(before.plan.cells.map(() => expect.stringContaining('late-command')));

  await writeFile(join(bin, 'late-command'), '#!/bin/sh\n', { mode: 0o755 });
  const said = await made.run([made.file, '--wait', '--resume'], { env });
  expect(said.code, said.stderr).toBe(0);
  const { run } = await stored(made);
  expect(run).toMatchObject({ id: before.id, notRun: {}, resumed: [{ trials: 0, changed: [] }] });
  const { cells } = await made.results();
  expect(cells.map((cell) => cell.requestsPerSecond?.n)).toEqual(cells.map(() => 2));
});

test('--resume without a run, and --changed without --resume: exit 2, and no folder is made', async () => {
  await using made = await bench(FOUR_TRIALS);
  const none = await made.run([made.file, '--resume']);
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('no run to resume')]);
  const changed = await made.run([made.file, '--changed']);
  expect([changed.code, changed.stderr]).toEqual([2, expect.stringContaining('--resume')]);
  await expect(stored(made)).rejects.toThrow('ENOENT');
});
