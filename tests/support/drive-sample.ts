import type { DriveContext, DriveOutput } from '../../src/model/driver.ts';
import type { Load } from '../../src/model/plan.ts';
import { loadOf } from './truth-server-drive.ts';

/** What a parser is given beside a kept sample of a generator's output. */
export const contextOf = (part: Partial<DriveContext> = {}): DriveContext => ({
  address: '127.0.0.1',
  port: 8_080,
  folder: '/trial',
  cpus: 1,
  workers: {},
  node: 'node',
  version: '0',
  expectedBody: null,
  seed: 1,
  ...part,
});

/** An orderly end. */
export const outputOf = (part: Partial<DriveOutput> = {}): DriveOutput => ({
  code: 0,
  signal: null,
  stdout: '',
  stderr: '',
  files: {},
  wallUs: 60_000_000,
  timedOut: false,
  ...part,
});

/** One connection and 100 requests, unless told otherwise. */
export const sampleLoad = (part: Partial<Load> = {}): Load =>
  loadOf({ connections: 1, stop: { kind: 'requests', requests: 100 }, ...part });
