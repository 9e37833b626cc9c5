import { closeSync, openSync } from 'node:fs';

/**
 * Makes the process's table of open files large enough for that many more.
 *
 * Where threads share the table, as Node's do, Linux lets the one that has it grow (at 256 files, 512, 1,024 ...) wait for an RCU
 * grace period (`expand_fdtable` in fs/file.c): 6 to 16 ms each time, which the window would show as the server's. The
 * table never shrinks. At the limit of open files it stops: the window will meet that limit too, and say so.
 */
export function makeRoomForFiles(count: number): void {
  const files: number[] = [];
  try {
    while (files.length < count) files.push(openSync('/dev/null', 'r'));
  } catch {
    // EMFILE or ENFILE, see above.
  }
  for (const file of files) closeSync(file);
}
