import { isAbsolute, join } from 'node:path';
import { ExitCode, UserError } from '../../model/errors.ts';

/** Where loadcell keeps what is worth keeping between runs: `$XDG_CACHE_HOME/loadcell`, else `~/.cache/loadcell`. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  const { XDG_CACHE_HOME: xdg, HOME: home } = env;
  // The XDG specification says to ignore a relative path.
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, 'loadcell');
  if (home !== undefined && isAbsolute(home)) return join(home, '.cache', 'loadcell');
  throw new UserError('there is no folder to keep built servers in', {
    exitCode: ExitCode.preflightRefused,
    hint: 'set HOME, or XDG_CACHE_HOME, to an absolute path',
  });
}

/** Programs that a recipe's or driver's own `install` steps put there: `{{bin}}`. */
export const binFolder = (cache: string): string => join(cache, 'bin');
