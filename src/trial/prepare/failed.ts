import { ExitCode, UserError } from '../../model/errors.ts';
import type { Finished } from '../../model/host.ts';

const SHOWN_LINES = 12;

/** A preparation command that failed, with its last words: they nearly always name the reason. */
export function failed(doing: string, argv: readonly string[], end: Finished, hint?: string): UserError {
  const how = end.timedOut
    ? 'did not end in time'
    : end.signal === null
      ? `exited ${end.code}`
      : `ended by ${end.signal}`;
  const words = lastLines(`${end.stdout}\n${end.stderr}`);
  return new UserError(`${doing} failed: \`${argv.join(' ')}\` ${how}${words === '' ? '' : `\n${words}`}`, {
    exitCode: ExitCode.preflightRefused,
    ...(hint === undefined ? {} : { hint }),
  });
}

function lastLines(text: string): string {
  const lines = text.split('\n').map((line) => line.trimEnd());
  return lines
    .filter((line) => line !== '')
    .slice(-SHOWN_LINES)
    .join('\n');
}
