import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DriveContext, type DriveOutput, type Driver, DriverError } from '../../src/model/driver.ts';
import type { Measurement } from '../../src/model/measurement.ts';
import type { Load } from '../../src/model/plan.ts';
import { loadOf } from './truth-server-drive.ts';

export const contextOf = (part: Partial<DriveContext> = {}): DriveContext => ({
  address: '127.0.0.1',
  port: 8080,
  folder: '/trial',
  cpus: 1,
  workers: {},
  node: '/usr/bin/node',
  version: '1.2.3',
  expectedBody: 'Hello, World!\n',
  seed: 1,
  ...part,
});

export const outputOf = (files: Record<string, string>, part: Partial<DriveOutput> = {}): DriveOutput => ({
  code: 0,
  signal: null,
  stdout: '',
  stderr: '',
  files,
  wallUs: 10_000_000,
  timedOut: false,
  ...part,
});

/** Parses genuine output that lies in a `fixtures` folder: `files` maps what `parse` wants to file names there. */
export function parseFixture(
  driver: Driver,
  folder: string,
  files: Record<string, string>,
  load: Partial<Load> = {},
  part: Partial<DriveContext> = {},
): Measurement {
  const texts = Object.entries(files).map(([key, name]) => [key, readFileSync(join(folder, name), 'utf8')]);
  return driver.parse(outputOf(Object.fromEntries(texts)), loadOf(load), contextOf(part));
}

/** The `DriverError` that a parse ends with. */
export function parseError(parse: () => unknown): DriverError {
  try {
    parse();
  } catch (error) {
    if (error instanceof DriverError) return error;
    throw error;
  }
  throw new Error('it was parsed');
}
