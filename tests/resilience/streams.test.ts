import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { bench, ended, experiment } from '../support/loadcell.ts';
import { COMMAND, FOUR_TRIALS, LONG, leftovers, SERVER, shell, stored, untilLines } from './kept.ts';

const ONE = experiment(
  SERVER,
  "load: { path: '/', duration: '200ms', connections: 2, warmup: false, driver: 'loadcell' }",
);

/** Ways in which nobody listens any more; the command's own exit code goes to the file `code`. */
const DEAF: Record<string, string> = {
  'a reader of stdout that goes away': `{ sleep 0.5; ${COMMAND} bench.ts --wait --json; echo $? > code; } | :`,
  'a reader of stdout that has read enough': `{ ${COMMAND} bench.ts --wait --json; echo $? > code; } | head -1`,
  'a reader of stderr that goes away': `{ sleep 0.5; ${COMMAND} bench.ts --wait 2>&1 >/dev/null; echo $? > code; } | :`,
  'streams that are closed': `${COMMAND} bench.ts --wait <&- >&- 2>&-; echo $? > code`,
  'a device that is full': `${COMMAND} bench.ts --wait --json > /dev/full 2> /dev/full; echo $? > code`,
};

describe('a run is not ended by', { timeout: LONG }, () => {
  test.each(Object.entries(DEAF))('%s', async (_name, text) => {
    await using made = await bench(ONE);
    const before = await leftovers(made);
    const said = await ended(shell(made, text));
    expect(await readFile(join(made.folder, 'code'), 'utf8'), said.stderr).toBe('0\n');
    expect((await made.results()).run.complete).toBe(true);
    expect(await made.report()).toContain('## ');
    expect(said.stderr).not.toMatch(/EPIPE|^\s+at |defect of loadcell/m);
    expect(await leftovers(made)).toEqual(before);
  });
});

test('a terminal that is closed ends the run in order: records kept, machine restored', { timeout: LONG }, async () => {
  await using made = await bench(FOUR_TRIALS.replace("duration: '200ms'", "duration: '1s'"));
  const before = await leftovers(made);
  // script(1) is the terminal and its shell dies with it; the one inside outlives the signal, to tell how the command took it.
  await writeFile(join(made.folder, 'inner'), `trap : HUP; ${COMMAND} bench.ts --wait; echo $? > code`);
  const child = shell(made, "exec script --quiet --command 'sh inner; true' /dev/null");
  const end = ended(child);
  await untilLines(join(made.folder, 'out/bench/latest/trials.jsonl'), 1, child);
  child.kill('SIGKILL');
  await end;
  const code = async (): Promise<string> => readFile(join(made.folder, 'code'), 'utf8').catch(() => '');
  while ((await code()) === '') await sleep(50);
  expect(await code()).toBe('130\n');
  const { lines } = await stored(made);
  expect(lines.length).toBeGreaterThanOrEqual(1);
  for (const line of lines) expect(JSON.parse(line).outcome.kind).toBe('measured');
  expect((await made.results()).run.complete).toBe(false);
  expect(await leftovers(made)).toEqual(before);
});
