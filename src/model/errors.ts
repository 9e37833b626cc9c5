/** The command's exit codes. A contract: scripts and CI read them. */
export const ExitCode = {
  done: 0,
  /** A threshold that the experiment declares does not hold. */
  thresholdFailed: 1,
  /** The experiment's definition or the command line is wrong; nothing was touched. */
  wrongInput: 2,
  /** Preflight refused; nothing was changed. */
  preflightRefused: 3,
  /** Some cell could not be measured. */
  notMeasured: 4,
  /** Interrupted, and the machine restored. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** One thing that is wrong with what the user gave: where it stands and what to do about it. */
export interface Problem {
  /** Path in the experiment file, such as `servers[2].ready.http`, or the thing itself (`command line`, `ulimit.nofile`). */
  where: string;
  /** What is wrong and what was expected. */
  what: string;
  /** The next step, when there is one to name. */
  remedy?: string;
}

/**
 * An error that is the user's to act on. Thrown anywhere, printed in one place (`src/cli`), never with a stack trace.
 * Anything else that is thrown is a defect of loadcell and is reported as one.
 */
export class UserError extends Error {
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;
  readonly problems: readonly Problem[];

  constructor(
    message: string,
    options: { exitCode: ExitCode; hint?: string; problems?: readonly Problem[]; cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'UserError';
    this.exitCode = options.exitCode;
    this.hint = options.hint;
    this.problems = options.problems ?? [];
  }
}
