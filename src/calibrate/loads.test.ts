import { expect, test } from 'vitest';
import { drivers } from '../drivers/index.ts';
import type { Driver } from '../model/driver.ts';
import { loadFor, openLoopFor } from './loads.ts';
import { FULL, OPEN_CONNECTIONS, OPEN_PER_SECOND, QUICK } from './scale.ts';

const wanted = { path: '/', connections: 1, keepAlive: true, durationMs: 2_000, requests: 500, perSecond: 100 };
const refusing = (refuses: Driver['refuses']): Driver => ({ ...(drivers[0] as Driver), name: 'canned', refuses });

test('timed where it can be, else counted, else in an open loop', () => {
  expect(
    loadFor(
      refusing(() => null),
      wanted,
    ),
  ).toMatchObject({ stop: { kind: 'duration', durationMs: 2_000 }, rate: null });
  const counting = refusing(({ stop }) => (stop.kind === 'duration' ? 'it counts' : null));
  expect(loadFor(counting, wanted)).toMatchObject({ stop: { kind: 'requests', requests: 500 }, rate: null });
  const open = refusing(({ rate }) => (rate === null ? 'open loops only' : null));
  expect(loadFor(open, wanted)).toMatchObject({ rate: { perSecond: 100 }, connections: 100 });
  expect(loadFor(open, { ...wanted, perSecond: null })).toEqual({ refused: 'open loops only' });
});

test('every driver can be held in some way: over kept connections or fresh ones', () => {
  for (const driver of drivers) {
    const able = [true, false].filter((keepAlive) => 'stop' in loadFor(driver, { ...wanted, keepAlive }));
    expect(able, driver.name).not.toEqual([]);
  }
});

test('those that make starts at a fixed rate are held to an open loop, over enough connections for its longest stall', () => {
  const open = { ...wanted, perSecond: OPEN_PER_SECOND, connections: OPEN_CONNECTIONS };
  const able = drivers.filter((driver) => 'stop' in openLoopFor(driver, open));
  expect(able.map(({ name }) => name).sort()).toEqual(['k6', 'loadcell', 'oha', 'vegeta']);
  const stalls = FULL.openTruths.map(({ delay }) => (delay.kind === 'stall' ? delay.stallMs : 0));
  expect(Math.max(...stalls)).toBeGreaterThan(0);
  expect((Math.max(...stalls) / 1_000) * OPEN_PER_SECOND).toBeLessThan(OPEN_CONNECTIONS);
});

test('windows are whole seconds, and a full calibration has the pairs and rounds that its figures need', () => {
  const windows = [FULL, QUICK].flatMap(({ ceilingMs, pairMs, truths, openTruths }) => [
    ceilingMs,
    pairMs,
    ...[...truths, ...openTruths].map((mode) => mode.windowMs),
  ]);
  expect(windows.filter((ms) => ms % 1_000 !== 0)).toEqual([]);
  expect(FULL.pairs).toBeGreaterThanOrEqual(9);
  expect(FULL.rounds).toBeGreaterThanOrEqual(3);
});
