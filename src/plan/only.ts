import { ExitCode, UserError } from '../model/errors.ts';

const LISTED = 30;

/** Cells whose id matches: text anywhere in it, or a whole pattern with `*`. Several are separated by commas. */
export function onlyCells<T extends { id: string }>(cells: readonly T[], only: string | undefined): T[] {
  if (only === undefined) return [...cells];
  const parts = only.split(',').map((part) => part.trim().toLowerCase());
  const patterns = parts.filter((part) => part !== '').map(matcher);
  const chosen = cells.filter((cell) => patterns.some((matches) => matches(cell.id.toLowerCase())));
  if (chosen.length > 0) return chosen;
  const ids = cells.slice(0, LISTED).map((cell) => cell.id);
  const more = cells.length > LISTED ? ` and ${(cells.length - LISTED).toLocaleString('en')} more` : '';
  throw new UserError(`--only ${only}: no cell matches`, {
    exitCode: ExitCode.wrongInput,
    hint: `The cells are: ${ids.join(', ')}${more}`,
  });
}

/** Written out rather than as a regular expression: a pattern of many `*` must not take for ever. */
function matcher(pattern: string): (id: string) => boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return (id) => id.includes(pattern);
  return (id) => {
    if (!id.startsWith(first) || !id.endsWith(last) || id.length < first.length + last.length) return false;
    const end = id.length - last.length;
    let at = first.length;
    for (const piece of rest) {
      const found = id.indexOf(piece, at);
      if (found === -1 || found + piece.length > end) return false;
      at = found + piece.length;
    }
    return true;
  };
}
