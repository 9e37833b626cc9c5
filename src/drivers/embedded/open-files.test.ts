import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { makeRoomForFiles } from './open-files.worker.ts';

/** Entries that the process's table has room for. */
const room = (): number => Number(/^FDSize:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);

test('there is room afterwards, and no file is left open', () => {
  const open = readdirSync('/proc/self/fd').length;
  const wanted = 2 * room();
  makeRoomForFiles(wanted);
  expect(room()).toBeGreaterThan(wanted);
  expect(readdirSync('/proc/self/fd')).toHaveLength(open);
});

test('a limit of open files ends it quietly', async () => {
  const program = `
    import { readdirSync } from 'node:fs';
    import { makeRoomForFiles } from ${JSON.stringify(fileURLToPath(new URL('./open-files.worker.ts', import.meta.url)))};
    makeRoomForFiles(5_000);
    console.log(readdirSync('/proc/self/fd').length < 100);`;
  const node = [process.execPath, '--import', import.meta.resolve('tsx'), '--input-type=module', '-e', program];
  const { stdout } = await promisify(execFile)('prlimit', ['--nofile=400:400', ...node]);
  expect(stdout.trim()).toBe('true');
});
