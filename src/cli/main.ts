import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { watchTerminal } from '../host/terminal.ts';
import { ExitCode, UserError } from '../model/errors.ts';
import { cacheFolder } from '../trial/prepare/cache.ts';
import { toolPath } from '../trial/prepare/search-path.ts';
import type { CalibrateOptions } from './calibrate-command.ts';
import { diskFailure } from './disk-failure.ts';
import { ownVersion } from './own-version.ts';
import { makePrinter, type Printer, printUserError } from './print.ts';
import type { RunOptions } from './run-options.ts';

/** Runs the command and sets the exit code. The one place that catches everything. */
export async function main(args: readonly string[]): Promise<void> {
  const printer = makePrinter({ color: !args.includes('--no-color') });
  forgiveClosedPipes();
  process.once('exit', watchTerminal());
  try {
    // Servers live in sbin, and generators that we built in our own folder.
    process.env.PATH = toolPath(process.env.PATH, cacheFolder(process.env));
    process.exitCode = await dispatch(args, printer);
  } catch (error) {
    process.exitCode = report(error, printer);
  }
}

async function dispatch(args: readonly string[], printer: Printer): Promise<ExitCode> {
  let exitCode: ExitCode = ExitCode.done;
  const program = makeProgram(printer, (code) => {
    exitCode = code;
  });
  await program.parseAsync(args, { from: 'user' });
  return exitCode;
}

/** A reader that goes away (`| head`) must not end a run half way: output is dropped, the machine is restored. */
function forgiveClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

function report(thrown: unknown, printer: Printer): ExitCode {
  const part = usersPart(thrown);
  const error = part instanceof UserError ? part : (diskFailure(thrown, ExitCode.notMeasured) ?? part);
  if (error instanceof UserError) {
    printUserError(printer, error);
    return error.exitCode;
  }
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.done : ExitCode.wrongInput;
  const text =
    error instanceof Error ? (process.env.LOADCELL_DEBUG === undefined ? error.message : error.stack) : String(error);
  printer.line(`loadcell: this is a defect of loadcell: ${text}`);
  printer.line('  -> Please report it with the command, and with LOADCELL_DEBUG=1 for the stack.');
  return ExitCode.notMeasured;
}

/** Where a release failed beside something else, what the user can act on is told. */
function usersPart(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown.name !== 'SuppressedError') return thrown;
  const { error, suppressed } = thrown as Error & { error: unknown; suppressed: unknown };
  return [usersPart(error), usersPart(suppressed)].find((part) => part instanceof UserError) ?? thrown;
}

const whole =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least)
      throw new InvalidArgumentError(`expected a whole number from ${least}.`);
    return value;
  };

export function makeProgram(printer: Printer, done: (code: ExitCode) => void): Command {
  const program = new Command('loadcell')
    .description(
      'Prepares the machine, measures every cell of an experiment, puts the machine back, and writes the report.',
    )
    .version(ownVersion)
    .exitOverride()
    .configureOutput({
      writeErr: (text) => printer.line(text.trimEnd()),
      writeOut: (text) => printer.result(text.trimEnd()),
    })
    .option('--no-color', 'no colour, even on a terminal')
    .showHelpAfterError('(loadcell --help lists the commands)')
    .addHelpText('after', EXIT_CODES);

  const shared = (command: Command): Command =>
    command
      .option('--only <pattern>', 'only cells whose id matches (text or * pattern)')
      .option('--trials <n>', 'trials for each cell', whole(1))
      .option('--driver <name>', 'load generator for every load')
      .addOption(new Option('--isolation <kind>', 'where trials run').choices(['auto', 'namespace', 'host']))
      .option('--seed <n>', 'seed of the order of trials', whole(0))
      .option('--quick', 'few, short trials: a smoke run, marked as one')
      .option('--relax', 'settings that cannot be applied become caveats')
      .option('--locale <name>', 'language of the report (en, zh-CN)')
      .option('--template <name>', 'template of the report: a name, or a path to your own');

  shared(
    program
      .command('run', { isDefault: true })
      .argument('<experiment>', 'the experiment file')
      .description('measure an experiment and write its report (the default)'),
  )
    .option('--install', 'get missing servers, generators and Python packages, as the recipes name them')
    .option('--resume', 'go on with the newest run of this experiment')
    .option('--changed', 'with --resume: go on although the experiment has changed since')
    .option('--out <folder>', 'where run folders go', 'out')
    .option('--wait', 'wait for another run on this machine to end')
    .option('--json', 'print results.json on stdout')
    .action(async (file: string, options: RunOptions) =>
      done(await (await import('./run-command.ts')).runCommand(file, options, printer)),
    );

  shared(
    program
      .command('plan')
      .argument('<experiment>', 'the experiment file')
      .description('show the cells, the order and what would be set, without touching anything'),
  )
    .option('--json', 'print the plan as JSON')
    .action(async (file: string, options: RunOptions) =>
      done(await (await import('./plan-command.ts')).planCommand(file, options, printer)),
    );

  program
    .command('doctor')
    .description('what this machine allows: isolation, settings, generators')
    .option(
      '--install',
      'get every generator, by package or built from source, which takes minutes; and what shapes a network',
    )
    .option('--json', 'print as JSON')
    .action(async (options: { json?: boolean; install?: boolean }) =>
      done(await (await import('./doctor-command.ts')).doctorCommand(options, printer)),
    );

  program
    .command('calibrate')
    .description("measure this machine's generators, noise and loadcell's own overhead, for later reports to cite")
    .option('--quick', 'few, short windows: a smoke run, never cited')
    .option('--only <driver>', 'this load generator only')
    .addOption(new Option('--isolation <kind>', 'where trials run').choices(['auto', 'namespace', 'host']))
    .option('--out <file>', 'where the certificate goes; default: loadcell/calibration.json in your state folder')
    .option('--wait', 'wait for another run on this machine to end')
    .option('--json', 'print the certificate as JSON')
    .action(async (options: CalibrateOptions) =>
      done(await (await import('./calibrate-command.ts')).calibrateCommand(options, printer)),
    );

  program
    .command('restore')
    .description('put back what a run that died has left changed')
    .action(async () => done(await (await import('./restore-command.ts')).restoreCommand(printer)));

  program
    .command('report')
    .argument('<run>', 'a run folder')
    .description('write the report again, from the records alone')
    .option('--template <name>', 'template of the report: a name, or a path to your own')
    .option('--locale <name>', 'language of the report (en, zh-CN)')
    .action(async (run: string, options: { template?: string; locale?: string }) =>
      done(await (await import('./report-command.ts')).reportCommand(run, options, printer)),
    );

  program
    .command('compare')
    .argument('<run>', 'a run folder')
    .argument('<other>', 'the run folder to compare it with')
    .description('cells of two runs side by side')
    .option('--json', 'print as JSON')
    .action(async (run: string, other: string, options: { json?: boolean }) =>
      done(await (await import('./compare-command.ts')).compareCommand(run, other, options, printer)),
    );

  program
    .command('init')
    .argument('<name>', 'name of the experiment')
    .description('write experiments/<name>.ts to start from')
    .action(async (name: string) => done(await (await import('./init-command.ts')).initCommand(name, printer)));

  program
    .command('schema')
    .argument('[which]', 'experiment or results', 'experiment')
    .description('print a JSON schema')
    .action(async (which: string) => done(await (await import('./schema-command.ts')).schemaCommand(which, printer)));

  return program;
}

const EXIT_CODES = `
Exit codes: 0 done; 1 a declared threshold failed; 2 the definition or the command line is wrong;
3 preflight refused, nothing was changed; 4 some cell could not be measured; 130 interrupted and restored.`;
