import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { localHost } from '../host/local.ts';
import { watchRate } from './live-rate.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

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
  expect(told).toEqual([400, 500]);
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
