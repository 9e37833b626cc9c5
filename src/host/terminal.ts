import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';

const STANDARD = [0, 1, 2];

/**
 * Call the result last: it closes those of the standard streams that were a terminal and have lost it. At its exit Node puts
 * the terminal's mode back, and where the terminal has hung up meanwhile (EIO) it aborts with SIGABRT instead of ending
 * with the exit code; what is closed it leaves alone.
 */
export function watchTerminal(): () => void {
  const terminals = STANDARD.filter((fd) => isatty(fd));
  return () => {
    for (const fd of terminals) if (!isatty(fd)) closeSync(fd);
  };
}
