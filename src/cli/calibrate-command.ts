import { resolve } from 'node:path';
import { baselinePlan } from '../calibrate/baseline.ts';
import { certificatePath, writeCertificate } from '../calibrate/certificate-file.ts';
import { certify } from '../calibrate/certify.ts';
import type { JobProgress } from '../calibrate/jobs.ts';
import { certificateTables } from '../calibrate/table.ts';
import { driverNamed } from '../drivers/index.ts';
import { localHost } from '../host/local.ts';
import { readMachine } from '../host/machine.ts';
import { ExitCode, UserError } from '../model/errors.ts';
import type { Plan } from '../model/plan.ts';
import { cacheFolder } from '../trial/prepare/cache.ts';
import { interruptible } from './interrupt.ts';
import { type Printer, plain } from './print.ts';
import { durationText } from './progress.ts';
import { startRun } from './start-run.ts';

export interface CalibrateOptions {
  quick?: boolean;
  only?: string;
  out?: string;
  json?: boolean;
  wait?: boolean;
  isolation?: Plan['isolation'];
}

/** Measures this machine and writes its certificate. A calibration that is interrupted writes none. */
export async function calibrateCommand(options: CalibrateOptions, printer: Printer): Promise<ExitCode> {
  const host = localHost();
  if (options.only !== undefined) driverNamed(options.only);
  const path = options.out === undefined ? certificatePath(process.env) : resolve(options.out);
  if (path === null) {
    throw new UserError('there is no folder to keep the certificate in', {
      exitCode: ExitCode.preflightRefused,
      hint: 'set HOME, or XDG_STATE_HOME, to an absolute path; or name a file with --out',
    });
  }
  const machine = await readMachine(host);
  const isolation = options.isolation === undefined ? {} : { isolation: options.isolation };
  const plan = await baselinePlan(host, machine, cacheFolder(process.env), isolation);
  using stopping = await interruptible(host);
  try {
    await using run = await startRun({
      host,
      machine,
      plan,
      options: options.wait === undefined ? {} : { wait: options.wait },
      printer,
      signal: stopping.signal,
      onEvent: () => undefined,
      keep: false,
      everyDriver: true,
    });
    const drivers = heldDrivers(Object.keys(run.context.drivers), options.only);
    const certificate = await certify(run.context, run.file, {
      quick: options.quick ?? false,
      drivers,
      onProgress: showProgress(printer),
    });
    await writeCertificate(host, path, certificate);
    printer.result(options.json === true ? JSON.stringify(certificate, null, 2) : certificateTables(certificate));
    printer.line(`${plain(path)} written in ${durationText(certificate.tookMs)}.`);
    return ExitCode.done;
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
    printer.line(`Interrupted (${stopping.reason()}). The machine is restored; no certificate was written.`);
    return ExitCode.interrupted;
  }
}

function heldDrivers(installed: readonly string[], only: string | undefined): string[] {
  if (only === undefined) return [...installed];
  if (installed.includes(only)) return [only];
  throw new UserError(`${only} is not installed`, {
    exitCode: ExitCode.preflightRefused,
    hint: `loadcell doctor says how to get it. Installed: ${installed.join(', ')}.`,
  });
}

/** One rewritten line on a terminal; elsewhere a line for each kind of measurement. */
function showProgress(printer: Printer): (progress: JobProgress) => void {
  let told = '';
  return ({ label, done, total, leftMs }) => {
    const text = `[${done + 1}/${total}, ${durationText(leftMs)} left] ${label}`;
    if (printer.live) return printer.status(text);
    const kind = label.split(':')[0] as string;
    if (kind !== told) printer.line(text);
    told = kind;
  };
}
