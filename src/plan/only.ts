import { ExitCode, UserError } from '../model/errors.ts';

/** Cells whose id matches: text anywhere in it, or a pattern with `*`. Several are separated by commas. */
export function onlyCells<T extends { id: string }>(cells: readonly T[], only: string | undefined): T[] {
  if (only === undefined) return [...cells];
  const patterns = only.split(',').map((part) => part.trim()).filter((part) => part !== '').map(toPattern);
  const chosen = cells.filter((cell) => patterns.some((pattern) => pattern.test(cell.id)));
  if (chosen.length > 0) return chosen;
  throw new UserError(`--only ${only}: no cell matches`, {
    exitCode: ExitCode.wrongInput,
    hint: `The cells are: ${cells.map((cell) => cell.id).join(', ')}`,
  });
}

function toPattern(text: string): RegExp {
  const escaped = text.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(text.includes('*') ? `^${escaped}$` : escaped);
}
