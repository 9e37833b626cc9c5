import { describe, expect, it } from 'vitest';
import { driveExternal, missingTools, skipNote } from '../../../tests/support/drive.ts';
import { clean } from '../../../tests/support/external-suite.ts';
import { type Fault, startTruthServer, type TruthOptions } from '../../../tests/support/truth-server.ts';
import { CORES, loadOf } from '../../../tests/support/truth-server-drive.ts';
import { DriverError } from '../../model/driver.ts';
import { errorTotal, type Measurement } from '../../model/measurement.ts';
import type { Load } from '../../model/plan.ts';
import { h2load } from './driver.ts';

/** A timed run of 2 s against a server that misbehaves. null: the driver gives no measurement. */
async function timed(http: '1.1' | '2', options: TruthOptions, part: Partial<Load> = {}): Promise<Measurement | null> {
  const pin = CORES.server === undefined ? {} : { cpu: CORES.server };
  await using truth = await startTruthServer({ http, ...pin, ...options });
  const load = loadOf({ http, stop: { kind: 'duration', durationMs: 2_000 }, ...part });
  const run = await driveExternal(h2load, load, truth);
  try {
    return run.measurement();
  } catch (error) {
    if (error instanceof DriverError) return null;
    throw error;
  }
}

const EVERY = Number.MAX_SAFE_INTEGER;

// h2load's own report of each of these runs tells of no error at all.
describe.skipIf(missingTools(h2load).length > 0)(`h2load for a time${skipNote(h2load)}`, () => {
  describe.each(['1.1', '2'] as const)('HTTP/%s', (http) => {
    // Side by side: each is two seconds of waiting, and none is about how long a reply took.
    it.concurrent.each([
      ['no reply', { kind: 'no-reply', from: 50, every: 10 }],
      ['half a reply, then FIN', { kind: 'half-then-close', from: 50, every: 10 }],
      ['half a reply, then a reset', { kind: 'half-then-reset', from: 50, every: 10 }],
      ['what is not HTTP', { kind: 'garbage', from: 50, every: 10 }],
      ['a hang that outlasts the run', { kind: 'hang', from: 50, every: 10 }],
      ['closing without notice', { kind: 'close-keep-alive', after: 20, announced: false }],
      ['dying midway', { kind: 'die', from: 100 }],
    ] as [string, Fault][])('%s is seen', async (_name, fault) => {
      const measurement = await timed(http, { fault }, { timeoutMs: 10_000 });
      if (measurement !== null) expect(errorTotal(measurement.errors)).toBeGreaterThan(0);
    });

    it.concurrent('a single connection lost among ten is one error', async () => {
      const fault: Fault = { kind: 'no-reply', from: 200, every: EVERY };
      const measurement = await timed(http, { fault, delay: { kind: 'constant', ms: 2 } }, { connections: 10 });
      expect(measurement?.errors).toMatchObject({ reset: 0, other: 1 });
      expect(measurement?.requests.inFlight).toBeNull();
    });

    it.concurrent('a request that outlasts the timeout', async () => {
      const measurement = await timed(http, { fault: { kind: 'hang', from: 100, every: EVERY } }, { timeoutMs: 300 });
      expect(measurement === null || errorTotal(measurement.errors) > 0).toBe(true);
    });

    it.concurrent('nothing is lost where nothing went wrong', async () => {
      const measurement = await timed(http, { delay: { kind: 'constant', ms: 5 } }, { connections: 50, pipelining: 2 });
      expect(measurement?.requests.inFlight).toBeGreaterThan(0);
      expect(measurement && clean(measurement)).toBe(true);
    });
  });
});
