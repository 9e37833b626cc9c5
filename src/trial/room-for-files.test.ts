import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { withRoomForFiles } from './room-for-files.ts';

const run = async (argv: readonly string[]): Promise<string> =>
  (await promisify(execFile)(argv[0] as string, argv.slice(1))).stdout;

/** Entries that the table of open files has room for. */
const TELL = ['grep', 'FDSize', '/proc/self/status'];
const roomIn = (text: string): number => Number(/FDSize:\s*(\d+)/.exec(text)?.[1]);

test('few connections need nothing', () => {
  expect(withRoomForFiles(['wrk', '-c', '50'], 50)).toEqual(['wrk', '-c', '50']);
});

describe('many connections', () => {
  test('find room, and no file more than otherwise', async () => {
    expect(roomIn(await run(withRoomForFiles(TELL, 1_000)))).toBeGreaterThan(1_064);
    const files = ['ls', '/proc/self/fd'];
    expect(await run(withRoomForFiles(files, 1_000))).toBe(await run(files));
  });

  test('the command gets its arguments as they are', async () => {
    const odd = ['a b', '', '$HOME', '"', "'", '*', '-n'];
    expect(await run(withRoomForFiles(['printf', '%s\\n', ...odd], 1_000))).toBe(odd.map((one) => `${one}\n`).join(''));
  });

  test('a limit of open files is kept to', async () => {
    const text = await run(['prlimit', '--nofile=700:700', ...withRoomForFiles(TELL, 1_000)]);
    expect(roomIn(text)).toBeGreaterThanOrEqual(700);
  });

  test('without bash the command runs all the same', async () => {
    const [sh, ...rest] = withRoomForFiles(['/bin/grep', ...TELL.slice(1)], 1_000);
    const text = await run(['env', 'PATH=/nowhere', `/bin/${sh}`, ...rest]);
    expect(roomIn(text)).toBeGreaterThan(0);
  });

  test('a missing program is exit code 127, as without', async () => {
    await expect(run(withRoomForFiles(['no-such-generator'], 1_000))).rejects.toMatchObject({ code: 127 });
  });
});
