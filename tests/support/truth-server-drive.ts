import { execFile, spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { aheadOfOthers } from '../../src/calibrate/truth/ahead.ts';
import { bareClientArgs, floorOf } from '../../src/calibrate/truth/floor.ts';
import { fittingWindow, RATE_MAY_DIFFER, rateRatio } from '../../src/calibrate/truth/rate.ts';
import type { TruthStats } from '../../src/calibrate/truth/truth.ts';
import { localHost } from '../../src/host/local.ts';
import { compileWorkers } from '../../src/host/workers.ts';
import type { DriveCommand, DriveContext, DriveOutput, Driver } from '../../src/model/driver.ts';
import { decodeHistogram } from '../../src/model/histogram.ts';
import type { Measurement } from '../../src/model/measurement.ts';
import type { Load } from '../../src/model/plan.ts';
import { programArgs } from './programs.ts';
import { percentileUs, type TruthServer } from './truth-server.ts';

/** Cores for server and generator, where there are two to tell apart. */
export const CORES: { server?: number; generator?: number } =
  availableParallelism() > 1 ? { server: 0, generator: 1 } : {};

/**
 * A prefix that lets the main threads of server and generator run ahead of whatever else the machine does, for tests that
 * compare microseconds; empty where that is not allowed.
 */
export const undisturbed = (): Promise<string[]> =>
  aheadOfOthers(async ([command, ...args]) => {
    await promisify(execFile)(command as string, args);
    return true;
  });

/** A load with everything that a test does not care about filled in. */
export function loadOf(part: Partial<Load>): Load {
  return {
    driver: 'auto',
    path: '/',
    method: 'GET',
    headers: {},
    body: null,
    stop: { kind: 'requests', requests: 200 },
    connections: 5,
    keepAlive: true,
    pipelining: 1,
    warmup: null,
    timeoutMs: 2_000,
    rate: null,
    http: '1.1',
    ...part,
  };
}

/** What a driver's pure functions get for one load, with everything filled in that a test does not care about. */
export function driveContextOf(part: Partial<DriveContext> = {}): DriveContext {
  return {
    address: '127.0.0.1',
    port: 8080,
    folder: tmpdir(),
    cpus: 1,
    workers: {},
    node: process.execPath,
    version: '0',
    expectedBody: null,
    seed: 1,
    ...part,
  };
}

/** An embedded driver's worker, compiled as a run compiles it. */
export async function compileEmbedded(
  name: string,
): Promise<{ workers: Record<string, string>; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'loadcell-worker-'));
  const entry = fileURLToPath(new URL(`../../src/drivers/${name}/${name}.worker.ts`, import.meta.url));
  const workers = await compileWorkers(localHost(), folder, { [name]: entry });
  return { workers, remove: () => localHost().remove(folder) };
}

export interface Driven {
  output: DriveOutput;
  /** Throws what the driver's `parse` throws. */
  measurement(): Measurement;
}

/** Runs an embedded driver as a trial does: its command, its stdin once it is ready, a deadline. */
export async function drive(
  driver: Driver,
  load: Load,
  target: { port: number; body: string | null; workers: Record<string, string>; seed?: number; wrap?: string[] },
): Promise<Driven> {
  const { port, workers, body: expectedBody, seed = 1 } = target;
  const context = driveContextOf({ port, workers, expectedBody, seed });
  const command = driver.command(load, context);
  const pin = CORES.generator === undefined ? [] : ['taskset', '-c', String(CORES.generator)];
  const output = await finish([...pin, ...(target.wrap ?? []), ...command.argv], command);
  return { output, measurement: () => driver.parse(output, load, context) };
}

function finish(argv: string[], { stdin, readyLine }: Pick<DriveCommand, 'stdin' | 'readyLine'>): Promise<DriveOutput> {
  const [file, ...args] = argv;
  const child = spawn(file as string, args, { stdio: 'pipe' });
  let begun: number | null = null;
  const output = { stdout: '', stderr: '', timedOut: false };
  const begin = (): void => {
    begun = performance.now();
    child.stdin.end();
  };
  child.stdout.on('data', (chunk) => {
    output.stdout += chunk;
    if (begun === null && output.stdout.startsWith(`${readyLine}\n`)) begin();
  });
  child.stderr.on('data', (chunk) => {
    output.stderr += chunk;
  });
  const deadline = setTimeout(() => {
    output.timedOut = true;
    child.kill('SIGKILL');
  }, 30_000);
  if (stdin !== null) child.stdin.write(`${stdin}\n`);
  if (readyLine === undefined) begin();
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(deadline);
      resolve({ ...output, code, signal, files: {}, wallUs: (performance.now() - (begun ?? Number.NaN)) * 1000 });
    });
  });
}

const PERCENTS = [50, 90, 99] as const;

/** Requests that make the bare client warm; the server is so by the driver's rehearsal. */
const WARM_UP = 50;

/**
 * What the machine adds to the server's stamps at p50, p90 and p99 just now, in µs: seen by a bare socket, on the generator's core.
 * Resets the server's stamps before.
 */
export async function machineFloor(
  server: TruthServer,
  mode: 'kept' | 'fresh',
  requests: number,
  wrap: string[],
): Promise<number[]> {
  const pin = CORES.generator === undefined ? [] : ['taskset', '-c', String(CORES.generator)];
  const node = [process.execPath, '--no-opt', ...programArgs('bare-client')];
  await server.reset();
  const { stdout, stderr } = await finish(
    [...pin, ...wrap, ...node, ...bareClientArgs(server.port, mode, { warmUp: WARM_UP, requests })],
    { stdin: null },
  );
  if (stdout === '') throw new Error(stderr);
  return floorOf(stdout, (await server.stats()).delaysUs);
}

/**
 * The driver's p50, p90 and p99 that are further than 2% or 100 µs (whichever is more) from the truth; empty is good.
 * @param floorUs what the machine itself adds, at each of the three or at all: `machineFloor`
 */
export function farFromTruth(
  measurement: Measurement,
  truthUs: readonly number[],
  floorUs: number | readonly number[] = 0,
): string[] {
  if (measurement.latency === null) return ['no latency'];
  const histogram = decodeHistogram(measurement.latency.histogram);
  const found: string[] = [];
  for (const [i, percent] of PERCENTS.entries()) {
    const truth = percentileUs(truthUs, percent);
    const seen = histogram.getValueAtPercentile(percent);
    const floor = typeof floorUs === 'number' ? floorUs : (floorUs[i] ?? 0);
    const allowed = Math.max(100, truth * 0.02);
    if (truth - seen > allowed || seen - truth - floor > allowed) {
      found.push(`p${percent}: ${seen} µs, truth ${truth} µs, the machine adds ${floor} µs`);
    }
  }
  return found;
}

/** A closed loop's rate, where it is further than 1% from every one that fits the server's stamps; empty is good. */
export function wrongRate(measurement: Measurement, stats: TruthStats): string[] {
  const ratio = rateRatio(measurement, stats, null);
  if (Math.abs(ratio - 1) <= RATE_MAY_DIFFER) return [];
  const { completed } = measurement.requests;
  const fits = fittingWindow(stats, Math.min(completed, stats.replies), null);
  return [`${completed} in ${measurement.windowUs} µs, ${fits.leastUs} to ${fits.mostUs} µs fit: ${ratio}`];
}

/** Mean latency x rate: by Little's law not above the number of requests that can be under way. */
export function underWay(measurement: Measurement): number {
  const rate = measurement.requests.completed / measurement.windowUs;
  return (measurement.latency?.meanUs ?? Number.NaN) * rate;
}
