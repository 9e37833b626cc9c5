import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bench, bench, ended } from '../support/loadcell.ts';
import { experimentText } from './crash.ts';
import { guardianOf, processesOf, runnersOf, until } from './look.ts';

/** `loadcell restore` beside a run that lives, and after one that was killed with its guardian. */
const isRoot = process.getuid?.() === 0;
let made: Bench;
beforeAll(async () => {
  made = await bench(experimentText('namespace'));
});
afterAll(() => made[Symbol.asyncDispose]());

describe.skipIf(!isRoot)(`restore by hand${isRoot ? '' : ' (needs root)'}`, () => {
  test('leaves a live run alone, and puts back what a killed one has left', { timeout: 180_000 }, async () => {
    const child = made.start([made.file, '--wait'], { env: { LOADCELL_FAULT: 'window:SIGSTOP' }, detached: true });
    const end = ended(child);
    try {
      await until('it stops in its window', async () => (await runnersOf(made)).at(-1)?.state === 'T');
      const beside = await made.run(['restore']);
      expect(beside.code).toBe(3);
      // Stopped as it is, it cannot say who it is: the kernel does.
      expect(beside.stderr).toMatch(
        new RegExp(`^loadcell: this machine is taken by process ${child.pid} of user 0, which does not say`),
      );
      expect(beside.stderr).not.toMatch(/^\s+at /m);
    } finally {
      const guardian = guardianOf(await processesOf(made));
      if (guardian !== undefined) process.kill(guardian.pid, 'SIGKILL');
      child.kill('SIGKILL');
      await end;
      await until('all has ended', async () => (await processesOf(made)).length === 0);
    }
    const after = await made.run(['restore']);
    expect(after.code, after.stderr).toBe(0);
    const since = `bench \\(process ${child.pid}, since [^)]+\\)`;
    expect(after.stderr).toMatch(
      new RegExp(`^Put back vm\\.swappiness: \\d+ \\(it was 47\\), as it was before ${since}\\.$`, 'm'),
    );
    expect(after.stderr).toMatch(/^Put back vm\.dirty_background_(bytes|ratio): /m);
    expect(after.stderr).toMatch(/^Removed .*\/loadcell-\d+-\d+-\d+-\w{6}\.$/m);
    const again = await made.run(['restore']);
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('Nothing was left') });
  });
});
