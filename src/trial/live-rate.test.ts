import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { localHost } from '../host/local.ts';
import type { Host } from '../model/host.ts';
import type { TrialEvent } from './context.ts';
import { watchRate } from './live-rate.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A stage that opens 1,000 connections a second, with one request and its reply on each. */
function watched(keepAlive: boolean, readable: (ms: number) => boolean = () => true) {
  const startMs = Date.now();
  const passed = (): number => Date.now() - startMs;
  const events: TrialEvent[] = [];
  const read: number[] = [];
  const host = {
    monotonicNs: () => BigInt(passed()) * 1_000_000n,
    readText: async (path: string) => {
      expect(path).toBe('/net/snmp');
      read.push(passed());
      if (!readable(passed())) throw new Error('gone');
      const opens = 70 + passed();
      return `Ip: Forwarding\nIp: 1\nTcp: PassiveOpens OutSegs\nTcp: ${opens} ${opens * 2}\n`;
    },
  } as unknown as Host;
  const stop = watchRate({ host, onEvent: (event) => void events.push(event) }, { netRoot: '/net' }, { keepAlive });
  return { events, read, stop };
}

test('a window of a second shows its rate, with one file read a sample, and then each second does', async () => {
  const { events, read, stop } = watched(false);
  await vi.advanceTimersByTimeAsync(3_900);
  stop();
  expect(events).toEqual(Array.from({ length: 4 }, () => ({ kind: 'rate', perSecond: 1_000, exact: true })));
  expect(read).toEqual([0, 500, 1_000, 2_000, 3_000]);
});

test('kept connections show about theirs', async () => {
  const { events, stop } = watched(true);
  await vi.advanceTimersByTimeAsync(500);
  stop();
  expect(events).toEqual([{ kind: 'rate', perSecond: 1_000, exact: false }]);
});

test('a sample that cannot be read is none', async () => {
  const { events, stop } = watched(false, (ms) => ms !== 500);
  await vi.advanceTimersByTimeAsync(2_000);
  stop();
  expect(events).toEqual([1_000, 2_000].map(() => ({ kind: 'rate', perSecond: 1_000, exact: true })));
});

test('behind the window nothing is told, nor by a sample that was under way', async () => {
  const { events, read, stop } = watched(false);
  await vi.advanceTimersByTimeAsync(499);
  vi.advanceTimersByTime(1);
  stop();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(read).toEqual([0, 500]);
  expect(events).toEqual([]);
});

/** Counters of a stage where requests are answered at these rates, second by second. */
function stageWith(rates: readonly number[], text: (requests: number) => string) {
  const startMs = Date.now();
  const requests = (): number => {
    const s = (Date.now() - startMs) / 1000;
    return rates.reduce((sum, rate, second) => sum + rate * Math.min(1, Math.max(0, s - second)), 0);
  };
  const told: number[] = [];
  const context = {
    host: {
      ...localHost(),
      monotonicNs: () => BigInt(Date.now()) * 1_000_000n,
      readText: async (path: string) => (path === '/proc/7/net/snmp' ? text(1000 + Math.round(requests())) : ''),
    },
    onEvent: (event: { kind: string; perSecond?: number }) => void told.push(event.perSecond as number),
  };
  return { context, told };
}
const snmp = (requests: number): string =>
  `Ip: OutRequests\nIp: 5\nTcp: ActiveOpens PassiveOpens OutSegs\nTcp: 1 ${requests} ${4 * requests}\n`;
const stage = { netRoot: '/proc/7/net' };

test('the rates of whole seconds are those of the kernel’s counters, from the first second on', async () => {
  const { context, told } = stageWith([400, 500, 500], snmp);
  const stop = watchRate(context, stage, { keepAlive: false });
  await vi.advanceTimersByTimeAsync(2_500);
  expect(stop()).toEqual({ by: 'connections', rates: [400, 500] });
  expect(told).toEqual([400, 400, 500]);
});

test('over kept connections they go by segments', async () => {
  const { context } = stageWith([400, 500], snmp);
  const stop = watchRate(context, stage, { keepAlive: true });
  await vi.advanceTimersByTimeAsync(2_100);
  expect(stop()).toEqual({ by: 'segments', rates: [800, 1_000] });
});

test('counters that cannot be read are no rate of 0', async () => {
  const { context, told } = stageWith([400, 500], () => '');
  const stop = watchRate(context, stage, { keepAlive: false });
  await vi.advanceTimersByTimeAsync(2_100);
  expect(stop()).toBeNull();
  expect(told).toEqual([]);
});

test('a runner that was held up for seconds tells their mean, and no rate of no time', async () => {
  const { context, told } = stageWith([400, 400, 400, 600, 600, 500, 500], snmp);
  const stop = watchRate(context, stage, { keepAlive: false });
  await vi.advanceTimersByTimeAsync(1_100);
  // The clock goes on while no timer can fire.
  vi.setSystemTime(Date.now() + 3_900);
  await vi.advanceTimersByTimeAsync(2_000);
  const { rates } = stop() ?? { rates: [] };
  expect(rates.length).toBeGreaterThanOrEqual(5);
  for (const rate of [...rates, ...told]) expect(rate).toBeGreaterThan(390);
  for (const rate of [...rates, ...told]) expect(rate).toBeLessThan(610);
});
