import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { DriveCommand, DriveContext, DriveOutput, Driver } from '../../src/model/driver.ts';
import type { Measurement } from '../../src/model/measurement.ts';
import type { Load } from '../../src/model/plan.ts';
import { withRoomForFiles } from '../../src/trial/room-for-files.ts';
import { CORES } from './truth-server-drive.ts';

/** Where `--install` puts generators that Debian lacks. */
const OWN_BIN = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'loadcell', 'bin');
const SEARCH = [OWN_BIN, ...(process.env.PATH ?? '').split(delimiter)];
const ENV = { ...process.env, PATH: SEARCH.join(delimiter) };

/** Names of the driver's commands that are not on this machine: the visible reason of a skipped test. */
export function missingTools(driver: Driver): string[] {
  const commands = driver.requires.map((one) => one.command);
  return commands.filter((command) => !SEARCH.some((folder) => existsSync(join(folder, command))));
}

/** ` (skipped: oha is not installed)`, or nothing: for a test's title. */
export const skipNote = (driver: Driver): string => {
  const missing = missingTools(driver);
  return missing.length === 0 ? '' : ` (skipped: ${missing.join(', ')} not installed)`;
};

export interface ExternalRun {
  command: DriveCommand;
  context: DriveContext;
  output: DriveOutput;
  /** Throws what the driver's `parse` throws. */
  measurement(): Measurement;
}

/** Runs an external driver as a trial does: its inputs written, its command, a deadline, its files read. Nothing is left behind. */
export async function driveExternal(
  driver: Driver,
  load: Load,
  target: { port: number; body: string | null; cpus?: number; deadlineMs?: number; wrap?: readonly string[] },
): Promise<ExternalRun> {
  const folder = await mkdtemp(join(tmpdir(), 'loadcell-drive-'));
  const context: DriveContext = {
    address: '127.0.0.1',
    port: target.port,
    folder,
    cpus: target.cpus ?? 1,
    workers: {},
    node: process.execPath,
    version: '0',
    expectedBody: target.body,
    seed: 1,
  };
  try {
    const command = driver.command(load, context);
    for (const [name, text] of Object.entries(command.inputs)) await writeFile(join(folder, name), text);
    const roomy = { ...command, argv: withRoomForFiles(command.argv, load.connections) };
    const ended = await run(roomy, target.wrap ?? [], folder, target.deadlineMs ?? 20_000);
    for (const [program, ...args] of command.afterwards ?? []) {
      await promisify(execFile)(program as string, args, { env: ENV }).catch((error) => {
        ended.stderr += String(error);
      });
    }
    const files: Record<string, string> = {};
    for (const [key, name] of Object.entries(command.files)) {
      files[key] = await readFile(join(folder, name), 'utf8').catch(() => '');
    }
    const output: DriveOutput = { ...ended, files };
    return { command, context, output, measurement: () => driver.parse(output, load, context) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function run(
  command: DriveCommand,
  wrap: readonly string[],
  cwd: string,
  deadlineMs: number,
): Promise<Omit<DriveOutput, 'files'>> {
  const pin = CORES.generator === undefined ? [] : ['taskset', '-c', String(CORES.generator)];
  const [file, ...args] = [...pin, ...wrap, ...command.argv];
  // A session of its own, so that the deadline ends what it started too.
  const child = spawn(file as string, args, { cwd, env: ENV, stdio: 'pipe', detached: true });
  const begun = performance.now();
  const said = { stdout: '', stderr: '', timedOut: false };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  }
  const deadline = setTimeout(() => {
    said.timedOut = true;
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, deadlineMs);
  child.stdin.on('error', () => undefined).end(command.stdin ?? '');
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      clearTimeout(deadline);
      reject(error);
    });
    child.once('close', (code, signal) => {
      clearTimeout(deadline);
      resolve({ ...said, code, signal, wallUs: (performance.now() - begun) * 1000 });
    });
  });
}
