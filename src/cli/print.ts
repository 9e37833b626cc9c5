import { styleText } from 'node:util';
import type { Problem, UserError } from '../model/errors.ts';

type Style = Parameters<typeof styleText>[0];

/** Where the command writes. stdout carries results only; everything else goes to stderr. */
export interface Printer {
  /** Whether stderr is a terminal that takes colour and rewriting. */
  readonly live: boolean;
  line(text: string): void;
  result(text: string): void;
  paint(style: Style, text: string): string;
  /** Rewrites the terminal's last line; nothing when it is not a terminal. */
  status(text: string): void;
}

/** Control characters out: what a server logs or names itself must not steer the terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
export const plain = (text: string): string => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');

export function makePrinter(options: { color: boolean }): Printer {
  const live = process.stderr.isTTY === true;
  const color = options.color && live && process.env.NO_COLOR === undefined;
  let shown = false;
  const clear = (): void => {
    if (shown) process.stderr.write('\r\u001b[2K');
    shown = false;
  };
  return {
    live,
    line: (text) => {
      clear();
      process.stderr.write(`${text}\n`);
    },
    result: (text) => {
      clear();
      process.stdout.write(`${text}\n`);
    },
    paint: (style, text) => (color ? styleText(style, text, { validateStream: false }) : text),
    status: (text) => {
      if (!live) return;
      clear();
      process.stderr.write(text.slice(0, Math.max(20, (process.stderr.columns ?? 80) - 1)));
      shown = true;
    },
  };
}

function printProblems(printer: Printer, problems: readonly Problem[]): void {
  for (const { where, what, remedy } of problems) {
    printer.line(`  ${printer.paint('bold', plain(where))}: ${plain(what)}`);
    if (remedy !== undefined) printer.line(`    ${printer.paint('dim', `-> ${plain(remedy)}`)}`);
  }
}

export function printUserError(printer: Printer, error: UserError): void {
  printer.line(`${printer.paint(['bold', 'red'], 'loadcell:')} ${plain(error.message)}`);
  printProblems(printer, error.problems);
  if (error.hint !== undefined) printer.line(`  ${printer.paint('dim', `-> ${plain(error.hint)}`)}`);
}
