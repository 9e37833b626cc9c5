import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadOf } from '../../../tests/support/truth-server-drive.ts';
import { errorTotal } from '../../model/measurement.ts';
import type { Load } from '../../model/plan.ts';
import type { WorkerReport } from '../embedded/protocol.ts';
import { runLoad } from './engine.ts';
import type { Clock, Dial, WireEvents } from './ports.ts';

/** Virtual time: nothing takes any but what is scheduled. */
class FakeClock implements Clock {
  #now = 1_000_000;
  #order = 0;
  readonly #timers: { at: number; order: number; callback: () => void; off: boolean }[] = [];

  now(): number {
    return this.#now;
  }

  at(us: number, callback: () => void): () => void {
    this.#order += 1;
    const timer = { at: Math.max(us, this.#now), order: this.#order, callback, off: false };
    this.#timers.push(timer);
    return () => {
      timer.off = true;
    };
  }

  after(ms: number, callback: () => void): () => void {
    return this.at(this.#now + ms * 1000, callback);
  }

  soon(callback: () => void): void {
    this.at(this.#now, callback);
  }

  spunUs(): number {
    return 0;
  }

  /** Runs until nothing is scheduled or the steps are used up. */
  run(steps: number): void {
    for (let i = 0; i < steps && this.#timers.length > 0; i++) {
      this.#timers.sort((a, b) => a.at - b.at || a.order - b.order);
      const timer = this.#timers.shift();
      if (!timer || timer.off) continue;
      this.#now = timer.at;
      timer.callback();
    }
  }
}

/** What the scripted server does with the n-th request that it sees. */
type Act = 'reply' | 'close' | 'reset' | 'refuse' | 'hang' | 'wrong' | 'reply-and-close';
interface Script {
  delayUs: (nowUs: number) => number;
  act: (request: number) => Act;
}

const CONNECT_US = 50;

class FakeServer {
  requests = 0;
  replies = 0;
  connections = 0;
  readonly #clock: FakeClock;
  readonly #script: Script;
  readonly #keepAlive: boolean;

  constructor(clock: FakeClock, script: Script, keepAlive: boolean) {
    this.#clock = clock;
    this.#script = script;
    this.#keepAlive = keepAlive;
  }

  readonly dial: Dial = (events) => {
    let open = false;
    let life = 0;
    const later = (us: number, callback: () => void): void => {
      const mine = life;
      this.#clock.at(this.#clock.now() + us, () => {
        if (open && mine === life) callback();
      });
    };
    const close = (): void => {
      if (!open) return;
      open = false;
      life += 1;
      this.#clock.soon(() => events.closed());
    };
    return {
      open: () => {
        open = true;
        later(CONNECT_US, () => {
          this.connections += 1;
          events.opened();
        });
      },
      write: () => {
        const request = this.requests;
        this.requests += 1;
        later(this.#script.delayUs(this.#clock.now()), () => this.#act(this.#script.act(request), events, close));
      },
      close,
    };
  };

  #act(act: Act, events: WireEvents, close: () => void): void {
    if (act === 'hang') return;
    if (act === 'close') {
      events.ended();
      return;
    }
    if (act === 'reset' || act === 'refuse') {
      events.failed(act === 'reset' ? 'ECONNRESET' : 'ECONNREFUSED');
      close();
      return;
    }
    this.replies += 1;
    const ends = !this.#keepAlive || act === 'reply-and-close';
    const body = act === 'wrong' ? 'WRONG' : 'right';
    const reply = Buffer.from(
      `HTTP/1.1 200 OK\r\n${ends ? 'Connection: close\r\n' : ''}Content-Length: 5\r\n\r\n${body}`,
    );
    events.read(reply, reply.length);
    if (ends) events.ended();
  }
}

async function simulate(
  part: Partial<Load>,
  script: Partial<Script>,
): Promise<{ report: WorkerReport; server: FakeServer }> {
  const clock = new FakeClock();
  const load = loadOf(part);
  const server = new FakeServer(clock, { delayUs: () => 1_000, act: () => 'reply', ...script }, load.keepAlive);
  const order = { address: '127.0.0.1', port: 80, expectedBody: 'right', seed: 1, load };
  const report = runLoad(order, clock, server.dial);
  clock.run(2_000_000);
  return { report: await report, server };
}

describe('the engine, in virtual time', () => {
  it('makes exactly as many requests as it was told, whatever the server does with them', async () => {
    const act = fc.constantFrom<Act>('reply', 'reply', 'reply', 'close', 'reset', 'hang', 'wrong', 'reply-and-close');
    const cases = fc.record({
      acts: fc.array(act, { minLength: 1, maxLength: 20 }),
      requests: fc.integer({ min: 1, max: 300 }),
      connections: fc.integer({ min: 1, max: 40 }),
      keepAlive: fc.boolean(),
      rate: fc.constantFrom(null, { perSecond: 5_000, arrivals: 'poisson' as const }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ acts, requests, ...part }) => {
        // A reply now and then, or it would rightly give up.
        const script = (request: number): Act => (request % 4 === 0 ? 'reply' : (acts[request % acts.length] as Act));
        const { report, server } = await simulate(
          { ...part, timeoutMs: 100, stop: { kind: 'requests', requests } },
          { act: script },
        );
        const count = (kind: Act): number =>
          Array.from({ length: requests }, (_, i) => script(i)).filter((one) => one === kind).length;
        expect(report.failure).toBeNull();
        expect(server.requests).toBe(requests);
        expect(report.requests).toMatchObject({ sent: requests, completed: server.replies, inFlight: 0 });
        expect(report.requests.completed + errorTotal(report.errors)).toBe(requests);
        expect(report.errors).toMatchObject({
          reset: count('close') + count('reset'),
          timeout: count('hang'),
          connect: 0,
          other: 0,
        });
        expect(report.mismatchedBodies).toBe(count('wrong'));
        expect(report.connectionsOpened).toBe(server.connections);
        expect(report.latency?.count ?? 0).toBe(report.requests.completed);
        expect((report.perSecond ?? []).reduce((sum, one) => sum + one, 0)).toBe(report.requests.completed);
        // Little's law.
        const underWay = ((report.latency?.meanUs ?? 0) * report.requests.completed) / report.windowUs;
        if (part.rate === null) expect(underWay).toBeLessThanOrEqual(part.connections + 1e-6);
      }),
      { numRuns: 150 },
    );
  });

  it('knows the times to the µs', async () => {
    const { report } = await simulate(
      { keepAlive: false, connections: 2, stop: { kind: 'requests', requests: 10 } },
      {},
    );
    expect(report.phases?.connect).toMatchObject({ minUs: CONNECT_US, maxUs: CONNECT_US });
    expect(report.phases?.waiting).toMatchObject({ minUs: 1_000, maxUs: 1_000 });
    expect(report.latency).toMatchObject({ minUs: 1_050, meanUs: 1_050, maxUs: 1_050, stdevUs: 0 });
    expect(report.windowUs).toBe(5 * 1_050);
  });

  it('ends a duration on the µs and tells what was in flight', async () => {
    const { report, server } = await simulate({ connections: 3, stop: { kind: 'duration', durationMs: 100 } }, {});
    expect(report.windowUs).toBe(100_000);
    // The first on each takes 1,050 µs, the others 1,000: 99 are done within 100,000.
    // The next ones began at 99,050 µs.
    expect(report.requests).toEqual({
      sent: 300,
      completed: 297,
      inFlight: 3,
      oldestInFlightUs: 950,
      missedStarts: null,
    });
    expect(server.requests).toBeLessThanOrEqual(303);
  });

  it('tells how long a request had been under way that was never answered', async () => {
    const load = { connections: 3, stop: { kind: 'duration', durationMs: 100 }, timeoutMs: 1_000 } as const;
    const { report } = await simulate(load, { act: (n) => (n === 5 ? 'hang' : 'reply') });
    // The sixth request is the third one's second, begun at 1,050 µs.
    expect(report.requests).toMatchObject({ inFlight: 3, oldestInFlightUs: 100_000 - 1_050 });
  });

  it('shows the analytic tail of a stall in an open loop', async () => {
    // 1,000/s for 4 s; the server stands still from 1.0 s to 2.0 s and is otherwise immediate.
    const begin = 1_000_000;
    const delayUs = (now: number): number => {
      const at = now - begin;
      return at >= 1e6 && at < 2e6 ? 2e6 - at : 0;
    };
    const { report } = await simulate(
      {
        connections: 10,
        stop: { kind: 'duration', durationMs: 4_000 },
        rate: { perSecond: 1_000, arrivals: 'constant' },
        timeoutMs: 5_000,
      },
      { delayUs },
    );
    expect(report.requests).toMatchObject({ sent: 4_000, completed: 4_000, inFlight: 0 });
    // One in four waits, evenly from 1 s down to 0: percentile p is 1 s x (1 - (100 - p) / 25).
    const at = new Map(report.phases?.percentiles);
    expect(report.latency).toMatchObject({ kind: 'response-time', maxUs: 1e6 });
    expect(Math.abs((at.get(99) as number) - 960_000)).toBeLessThan(2_000);
    expect(Math.abs((at.get(90) as number) - 600_000)).toBeLessThan(2_000);
    expect(Math.abs((at.get(80) as number) - 200_000)).toBeLessThan(2_000);
    expect(at.get(66)).toBeLessThan(100);
    // Ten were under way in the stall; those behind them started late: all but the last ms of the stall's thousand.
    expect(report.requests.missedStarts).toBeGreaterThan(980);
    expect(report.requests.missedStarts).toBeLessThan(1_000);
  });

  describe('the rate of an open loop', () => {
    const told = ({ requests, windowUs }: WorkerReport): number => (requests.completed * 1e6) / windowUs;
    const constant = (perSecond: number) => ({ perSecond, arrivals: 'constant' }) as const;

    it('is the asked one at any steady latency, for a time and for a count', async () => {
      const cases = fc.record({
        perSecond: fc.constantFrom(20, 100, 400, 1_000),
        seconds: fc.integer({ min: 1, max: 3 }),
        latencyUs: fc.integer({ min: 0, max: 2_500_000 }),
        counted: fc.boolean(),
        keepAlive: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(cases, async ({ perSecond, seconds, latencyUs, counted, keepAlive }) => {
          const stop = counted
            ? ({ kind: 'requests', requests: perSecond * seconds } as const)
            : ({ kind: 'duration', durationMs: seconds * 1_000 } as const);
          const load = { stop, keepAlive, rate: constant(perSecond), connections: 3_000, timeoutMs: 5_000 };
          const { report } = await simulate(load, { delayUs: () => latencyUs });
          expect(report.requests).toMatchObject({ completed: perSecond * seconds, missedStarts: 0 });
          expect(told(report)).toBeCloseTo(perSecond, 6);
          expect(report.perSecond).toEqual(new Array(seconds).fill(perSecond));
        }),
        { numRuns: 30 },
      );
    });

    it('is the server’s own where it falls behind, which shows as it drains', async () => {
      const load = { connections: 2_000, stop: { kind: 'duration', durationMs: 2_000 }, timeoutMs: 5_000 } as const;
      let freeUs = 0;
      const delayUs = (now: number): number => {
        freeUs = Math.max(now, freeUs) + 2_000;
        return freeUs - now;
      };
      const { report } = await simulate({ ...load, rate: constant(1_000) }, { delayUs });
      expect(report.requests).toMatchObject({ completed: 2_000, missedStarts: 0 });
      // 1,999 gaps of 2 ms.
      expect(report.windowUs).toBe(3_998_000);
      expect(told(report)).toBeCloseTo(500, -1);
      expect(report.perSecond).toEqual([500, 500, 500, 500]);
    });

    it('holds starts that were never made and requests that never came back against it', async () => {
      const second = { stop: { kind: 'duration', durationMs: 1_000 }, rate: constant(100), timeoutMs: 300 } as const;
      const short = await simulate({ ...second, connections: 1 }, { delayUs: () => 100_000 });
      expect(told(short.report)).toBe(10);
      const hanging = await simulate({ ...second, connections: 100 }, { act: (n) => (n === 99 ? 'hang' : 'reply') });
      expect(hanging.report.errors.timeout).toBe(1);
      expect(told(hanging.report)).toBe(99);
    });

    it('has the schedule that there was where arrivals are random', async () => {
      const rate = { perSecond: 1_000, arrivals: 'poisson' } as const;
      const load = { rate, stop: { kind: 'requests', requests: 500 }, connections: 100 } as const;
      const { report } = await simulate(load, {});
      expect(report.requests.completed).toBe(500);
      expect(Math.abs(told(report) / 1_000 - 1)).toBeLessThan(3 / Math.sqrt(500));
    });
  });

  it('counts the starts that an open loop never made', async () => {
    const { report } = await simulate(
      { connections: 1, stop: { kind: 'duration', durationMs: 1_000 }, rate: { perSecond: 100, arrivals: 'constant' } },
      { delayUs: () => 100_000 },
    );
    expect(report.requests.sent).toBe(10);
    // 100 intended: the first is in time, nine are late, ninety never made.
    expect(report.requests.missedStarts).toBe(99);
    expect(report.notes.join()).toContain('90 were never made');
  });

  it.each([
    ['refuse', 'connect'],
    ['reset', 'reset'],
    ['hang', 'timeout'],
  ] as const)('gives up when the server only answers with %s', async (act, kind) => {
    const { report } = await simulate(
      { connections: 4, stop: { kind: 'requests', requests: 1_000_000 }, timeoutMs: 200 },
      { act: () => act },
    );
    expect(report.failure).toMatchObject({ code: 'generator-aborted' });
    expect(report.requests.completed).toBe(0);
    // A refusal that comes after the connection was there is a connect error all the same, by its name.
    expect(report.errors[kind]).toBe(errorTotal(report.errors));
    expect(errorTotal(report.errors)).toBeLessThanOrEqual(4 * 12);
  });

  it('does not spin on a failing server', async () => {
    const act = (request: number): Act => (request % 2 === 0 ? 'reply' : 'reset');
    const failing = (request: number): Act => (request < 10 ? 'reply' : 'reset');
    const alive = await simulate(
      { connections: 1, stop: { kind: 'duration', durationMs: 1_000 } },
      { act, delayUs: () => 0 },
    );
    const dead = await simulate(
      { connections: 1, stop: { kind: 'duration', durationMs: 1_000 } },
      { act: failing, delayUs: () => 0 },
    );
    // Every failure is followed by 1 ms at least; in a row it grows to 100 ms.
    expect(errorTotal(alive.report.errors)).toBeLessThanOrEqual(1_000);
    expect(errorTotal(dead.report.errors)).toBeLessThan(20);
  });

  it('never has more connections than the load says, and fewer where there are fewer requests', async () => {
    const { server } = await simulate({ connections: 50, stop: { kind: 'requests', requests: 7 } }, {});
    expect(server.connections).toBe(7);
  });
});
