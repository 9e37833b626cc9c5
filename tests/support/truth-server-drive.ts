import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { localHost } from '../../src/host/local.ts';
import { compileWorkers } from '../../src/host/workers.ts';
import type { DriveContext, DriveOutput, Driver } from '../../src/model/driver.ts';
import { decodeHistogram } from '../../src/model/histogram.ts';
import type { Measurement } from '../../src/model/measurement.ts';
import type { Load } from '../../src/model/plan.ts';
import { percentileUs } from './truth-server.ts';

/** Cores for server and generator, where there are two to tell apart. */
export const CORES: { server?: number; generator?: number } =
  availableParallelism() > 1 ? { server: 0, generator: 1 } : {};

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

/** Runs an embedded driver as a trial does: its command, its stdin, a deadline. */
export async function drive(
  driver: Driver,
  load: Load,
  target: { port: number; body: string | null; workers: Record<string, string>; seed?: number; wrap?: string[] },
): Promise<Driven> {
  const context: DriveContext = {
    address: '127.0.0.1',
    port: target.port,
    folder: tmpdir(),
    cpus: 1,
    workers: target.workers,
    node: process.execPath,
    version: '0',
    expectedBody: target.body,
    seed: target.seed ?? 1,
  };
  const command = driver.command(load, context);
  const pin = CORES.generator === undefined ? [] : ['taskset', '-c', String(CORES.generator)];
  const output = await finish([...pin, ...(target.wrap ?? []), ...command.argv], command.stdin ?? '');
  return { output, measurement: () => driver.parse(output, load, context) };
}

function finish(argv: string[], stdin: string): Promise<DriveOutput> {
  const [file, ...args] = argv;
  const child = spawn(file as string, args, { stdio: 'pipe' });
  const begun = performance.now();
  const output = { stdout: '', stderr: '', timedOut: false };
  child.stdout.on('data', (chunk) => {
    output.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output.stderr += chunk;
  });
  const deadline = setTimeout(() => {
    output.timedOut = true;
    child.kill('SIGKILL');
  }, 30_000);
  child.stdin.end(stdin);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(deadline);
      resolve({ ...output, code, signal, files: {}, wallUs: (performance.now() - begun) * 1000 });
    });
  });
}

/** The driver's p50, p90 and p99 that are further than 2% or 100 µs (whichever is more) from the truth; empty is good. */
export function farFromTruth(measurement: Measurement, truthUs: readonly number[]): string[] {
  if (measurement.latency === null) return ['no latency'];
  const histogram = decodeHistogram(measurement.latency.histogram);
  const found: string[] = [];
  for (const percent of [50, 90, 99]) {
    const truth = percentileUs(truthUs, percent);
    const seen = histogram.getValueAtPercentile(percent);
    if (Math.abs(seen - truth) > Math.max(100, truth * 0.02)) found.push(`p${percent}: ${seen} µs, truth ${truth} µs`);
  }
  return found;
}

/** Mean latency x rate: by Little's law not above the number of requests that can be under way. */
export function underWay(measurement: Measurement): number {
  const rate = measurement.requests.completed / measurement.windowUs;
  return (measurement.latency?.meanUs ?? Number.NaN) * rate;
}
