import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { autocannon } from '../../src/drivers/autocannon/driver.ts';
import { drivers } from '../../src/drivers/index.ts';
import { loadcell } from '../../src/drivers/loadcell/driver.ts';
import { localHost } from '../../src/host/local.ts';
import { compileWorkers } from '../../src/host/workers.ts';
import { DriverError } from '../../src/model/driver.ts';
import type { Measurement } from '../../src/model/measurement.ts';
import type { Load } from '../../src/model/plan.ts';
import type { ProbeAnswer, ReplyAnswer } from '../../src/trial/probe-protocol.ts';
import { replyProblem } from '../../src/trial/reply-check.ts';
import { driveExternal, missingTools, skipNote } from '../support/drive.ts';
import { drive, loadOf } from '../support/truth-server-drive.ts';
import { BAD, badReply, GOOD, rawServer } from './replies.ts';

const source = (name: string): string => resolve(import.meta.dirname, '../../src', name);
const DECLARED = { status: 200, body: 'hello', headers: {} };

let folder = '';
let workers: Record<string, string> = {};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loadcell-hostile-'));
  workers = await compileWorkers(localHost(), folder, {
    probe: source('trial/probe.worker.ts'),
    autocannon: source('drivers/autocannon/autocannon.worker.ts'),
    loadcell: source('drivers/loadcell/loadcell.worker.ts'),
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the probe', () => {
  let probe: ChildProcess;
  let answers: AsyncIterator<string>;
  beforeAll(() => {
    probe = spawn(process.execPath, [workers.probe as string], { stdio: ['pipe', 'pipe', 'inherit'] });
    answers = createInterface({ input: probe.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  });
  afterAll(async () => {
    const ended = once(probe, 'exit');
    probe.stdin?.end();
    await ended;
  });

  const ask = async (port: number, more: object = {}): Promise<ReplyAnswer> => {
    const request = { op: 'reply', address: '127.0.0.1', port, method: 'GET', path: '/', headers: {}, body: null };
    probe.stdin?.write(`${JSON.stringify({ ...request, timeoutMs: 5_000, ...more })}\n`);
    const { value, done } = await answers.next();
    if (done === true) throw new Error('the probe has ended');
    return (JSON.parse(value) as ProbeAnswer as { reply: ReplyAnswer }).reply;
  };

  test('finds the good reply good', async () => {
    await using server = await rawServer(() => GOOD);
    expect(replyProblem(await ask(server.port), DECLARED)).toBeNull();
  });

  test('answers whatever comes, and finds none of it good', { timeout: 120_000 }, async () => {
    let sent: Buffer | string = '';
    await using server = await rawServer(() => sent);
    const examples = BAD.map((text): [Buffer] => [Buffer.from(text, 'latin1')]);
    await fc.assert(
      fc.asyncProperty(badReply, async (reply) => {
        sent = reply;
        const problem = replyProblem(await ask(server.port), DECLARED);
        expect(problem).toMatch(/\S/);
        expect(problem?.length).toBeLessThan(3_000);
      }),
      { numRuns: 2_000, examples },
    );
  });

  test('waits for a reply no longer than it was told to', async () => {
    await using server = await rawServer(() => GOOD);
    // A method whose success is no reply but a tunnel.
    expect(replyProblem(await ask(server.port, { method: 'CONNECT' }), DECLARED)).toMatch(/protocol|no reply/);
    await using silent = await rawServer(() => null);
    expect((await ask(silent.port, { timeoutMs: 100 })).error).toMatch(/\S/);
  });
});

describe.each([
  [loadcell, { keepAlive: false, connections: 4, stop: { kind: 'requests', requests: 150 } }],
  [loadcell, { keepAlive: true, connections: 4, stop: { kind: 'requests', requests: 150 } }],
  [autocannon, { keepAlive: true, connections: 2, stop: { kind: 'duration', durationMs: 300 } }],
] as const)('the driver', (driver, part) => {
  test(`${driver.name} ends with ${part.keepAlive ? 'kept' : 'fresh'} connections, and counts no reply of any bytes as good`, {
    timeout: 120_000,
  }, async () => {
    for (const replies of [BAD.map((text) => Buffer.from(text, 'latin1')), fc.sample(badReply, 150)]) {
      let index = 0;
      await using server = await rawServer(() => replies[index++ % replies.length] as Buffer);
      const load: Load = loadOf({ ...part, timeoutMs: 1_000 });
      const { output, measurement } = await drive(driver, load, { port: server.port, body: 'hello', workers });
      expect(output.timedOut).toBe(false);
      expect(server.connections()).toBeGreaterThan(0);
      expect(goodOnes(measurement)).toBe(0);
    }
  });
});

/** Replies that a measurement takes for good; none where it is refused for a reason. */
function goodOnes(measurement: () => Measurement): number {
  try {
    const { statusCounts, mismatchedBodies } = measurement();
    const fine = Object.entries(statusCounts).reduce(
      (sum, [code, count]) => (code.startsWith('2') ? sum + count : sum),
      0,
    );
    return Math.max(0, fine - (mismatchedBodies ?? 0));
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    expect(error.message).toMatch(/\S/);
    return 0;
  }
}

/** A path is only a path, and a redirection only a reply: no generator opens a connection to anywhere else. */
describe('a load stays where it is sent', () => {
  for (const driver of drivers) {
    const missing = missingTools(driver).length > 0;
    test.skipIf(missing)(`${driver.name}${skipNote(driver)}`, { timeout: 120_000 }, async () => {
      await using elsewhere = await rawServer(() => GOOD);
      const away = `127.0.0.1:${elsewhere.port}`;
      const redirect = `HTTP/1.1 302 Found\r\nLocation: http://${away}/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;
      await using server = await rawServer(() => redirect);
      for (const path of pathsTo(away)) {
        const headers = { Host: away, Location: `http://${away}/`, 'X-Forwarded-Host': away };
        const before = server.connections();
        const time: Load['stop'] = { kind: 'duration', durationMs: driver.kind === 'embedded' ? 100 : 1_000 };
        const count: Load['stop'] = { kind: 'requests', requests: 3 };
        // Fresh connections first, and a count of kept ones last: h2load would wait for a server that closes.
        const ways = [
          [false, count],
          [false, time],
          [true, time],
          [true, count],
        ] as const;
        const closed = ways.map(([keepAlive, stop]) => loadOf({ path, headers, keepAlive, connections: 1, stop }));
        const open = closed.map((one): Load => ({ ...one, rate: { perSecond: 5, arrivals: 'constant' } }));
        const load = [...closed, ...open].find((one) => driver.refuses(one) === null);
        expect(load, 'the driver can do none of these loads').toBeDefined();
        if (driver.kind === 'embedded') await drive(driver, load as Load, { port: server.port, body: null, workers });
        else await driveExternal(driver, load as Load, { port: server.port, body: null });
        expect(elsewhere.connections(), `it went away with the path ${path}`).toBe(0);
        expect(server.connections(), `it sent nothing for the path ${path}`).toBeGreaterThan(before);
      }
    });
  }
});

/** The paths that a careless parser could take for another host; definitions.test.ts holds every URL to its host. */
const pathsTo = (away: string): string[] => ['/', `//${away}/`, `/@${away}/?http://${away}/`];
