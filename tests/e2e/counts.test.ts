import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drivers } from '../../src/drivers/index.ts';
import type { Driver } from '../../src/model/driver.ts';
import { errorTotal } from '../../src/model/measurement.ts';
import type { Load } from '../../src/model/plan.ts';
import type { TrialRecord } from '../../src/model/record.ts';
import { missingTools, skipNote } from '../support/drive.ts';
import { type Bench, bench, experiment } from '../support/loadcell.ts';
import { loadOf, underWay } from '../support/truth-server-drive.ts';

/** Every driver's figures through the whole command, held against what the server itself counted. */
const CONNECTIONS = 5;
const REQUESTS = 300;
/** The reply is checked once before and once after the window, each on a connection of its own. */
const CHECKS = 2;
const server = `{
  name: 'counting',
  folder: import.meta.url,
  command: ['{{node}}', ${JSON.stringify(join(import.meta.dirname, 'fixtures/counting-server.mjs'))}, '{{port}}', '{{address}}'],
  ready: { tcp: true },
  reply: { status: 200, body: 'hello' },
}`;

interface Run {
  driver: Driver;
  keepAlive: boolean;
  stop: Load['stop'];
}

/** A number of requests where the driver can, else a second. */
function runsOf(driver: Driver): Run[] {
  const stops: Load['stop'][] = [
    { kind: 'requests', requests: REQUESTS },
    { kind: 'duration', durationMs: 1_000 },
  ];
  return [true, false].flatMap((keepAlive) => {
    const stop = stops.find(
      (one) => driver.refuses(loadOf({ keepAlive, connections: CONNECTIONS, stop: one })) === null,
    );
    return stop === undefined ? [] : [{ driver, keepAlive, stop }];
  });
}

const here = drivers.filter((driver) => missingTools(driver).length === 0);
const loads = here.flatMap(runsOf).map(({ driver, keepAlive, stop }) => ({
  driver: driver.name,
  path: '/counted',
  keepAlive,
  connections: CONNECTIONS,
  warmup: false,
  ...(stop.kind === 'requests' ? { requests: stop.requests } : { duration: `${stop.durationMs}ms` }),
}));

let made: Bench;
let records: TrialRecord[];
beforeAll(async () => {
  made = await bench(experiment(server, `load: ${JSON.stringify(loads)}`));
  const said = await made.run();
  expect(said.code, said.stderr).toBe(0);
  records = await made.records();
  // A trial for each generator and kind of connection.
}, 300_000);
afterAll(async () => {
  await made[Symbol.asyncDispose]();
});

/** The record of the trial, and what the server said when it was stopped. */
async function trialOf({ driver, keepAlive, stop }: Run) {
  const { cells } = await made.results();
  const cell = cells.find(
    ({ load }) => load.driver === driver.name && load.keepAlive === keepAlive && load.stop.kind === stop.kind,
  );
  const record = records.find((one) => one.cell === cell?.id);
  if (record?.outcome.kind !== 'measured') throw new Error(JSON.stringify(record?.outcome));
  const counted = JSON.parse(record.serverLog) as { requests: number; connections: number };
  return {
    measurement: record.outcome.measurement,
    requests: counted.requests - CHECKS,
    connections: counted.connections - CHECKS,
  };
}

for (const driver of drivers) {
  describe.skipIf(!here.includes(driver))(`${driver.name} through the whole command${skipNote(driver)}`, () => {
    for (const run of runsOf(driver)) {
      const { keepAlive, stop } = run;
      describe(keepAlive ? 'kept connections' : 'fresh connections', () => {
        test('reports the requests that the server counted', async () => {
          const { measurement, requests } = await trialOf(run);
          const { completed } = measurement.requests;
          if (stop.kind === 'requests') expect([completed, requests]).toEqual([REQUESTS, REQUESTS]);
          // What was in flight at the end has been counted by the server only.
          expect(requests - completed).toBeGreaterThanOrEqual(0);
          expect(requests - completed).toBeLessThanOrEqual(stop.kind === 'requests' ? 0 : CONNECTIONS);
          expect(completed).toBeGreaterThan(CONNECTIONS);
          expect(errorTotal(measurement.errors)).toBe(0);
        });

        test('uses as many connections as it says', async () => {
          const { measurement, requests, connections } = await trialOf(run);
          expect(connections).toBe(keepAlive ? CONNECTIONS : requests);
          // A connection without a request (wrk tries the address first) is none to the server's count.
          if (measurement.connectionsOpened !== null) {
            expect(measurement.connectionsOpened - connections).toBeGreaterThanOrEqual(0);
            expect(measurement.connectionsOpened - connections).toBeLessThanOrEqual(1);
          }
        });

        // Little's law; 2% for rounding and for what is cut off at the window's ends.
        test('has no more requests under way than connections', async () => {
          const { measurement } = await trialOf(run);
          expect(measurement.latency?.count).toBe(measurement.requests.completed);
          expect(underWay(measurement)).toBeLessThanOrEqual(CONNECTIONS * 1.02);
          // Every reply took 2 ms at least: a mean below it is no latency of this server.
          expect(measurement.latency?.meanUs).toBeGreaterThan(1_500);
        });
      });
    }
  });
}
