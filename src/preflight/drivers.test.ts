import { describe, expect, test } from 'vitest';
import { cellOf, LOAD } from '../analysis/fixtures/clean.ts';
import { drivers } from '../drivers/index.ts';
import type { Cell, Load } from '../model/plan.ts';
import { assignDrivers } from './drivers.ts';

const ALL = new Set(drivers.map(({ name }) => name));

const seconds = (count: number): Load['stop'] => ({ kind: 'duration', durationMs: count * 1_000 });

/** Two servers under every load, as a plan has them: loads of one shape are told apart by their place only. */
const cellsOf = (...loads: Partial<Load>[]): Cell[] =>
  ['nginx', 'go'].flatMap((server) =>
    loads.map((part, index) => cellOf(server, `e${index}`, { ...LOAD, driver: 'auto', stop: seconds(2), ...part })),
  );

/** What the loads of each server are driven by, in order. The same for every server, or it would be no comparison. */
function assigned(cells: readonly Cell[], installed: ReadonlySet<string> = ALL): string[] {
  const { cells: done, unloadable } = assignDrivers(cells, installed);
  const told = (server: string): string[] =>
    done.filter((cell) => cell.server === server).map((cell) => unloadable[cell.id] ?? cell.load.driver);
  expect(told('go')).toEqual(told('nginx'));
  return told('nginx');
}

describe('a named driver is held to each load', () => {
  const cases: [driver: string, one: Partial<Load>, refused: Partial<Load>, says: string][] = [
    ['hey', { connections: 100 }, { connections: 2_000 }, 'use wrk, h2load or loadcell'],
    ['wrk', { method: 'GET' }, { method: 'HEAD' }, 'use loadcell'],
    ['wrk', { stop: seconds(2) }, { stop: seconds(1.5) }, 'not 1500 ms: give whole seconds, or use loadcell'],
    ['h2load', { pipelining: 4 }, { pipelining: 4, body: 'x' }, 'use wrk'],
    ['h2load', {}, { headers: { 'x-empty': '' } }, 'use loadcell'],
    ['k6', { stop: seconds(2) }, { stop: seconds(0.001) }, 'give it more time'],
  ];
  test.each(cases)('%s', (driver, one, refused, says) => {
    const able = { driver, ...one };
    const unable = { driver, ...refused };
    expect(assigned(cellsOf(able, unable))).toEqual([driver, expect.stringContaining(says)]);
    expect(assigned(cellsOf(unable, able))).toEqual([expect.stringContaining(says), driver]);
  });

  test('a warm-up that it never ends is one of them', () => {
    const fresh = { driver: 'h2load', keepAlive: false, stop: { kind: 'requests', requests: 1_000 } as const };
    expect(assigned(cellsOf(fresh, { ...fresh, warmup: { kind: 'duration', durationMs: 1_000 } }))).toEqual([
      'h2load',
      expect.stringContaining('timed warm-up'),
    ]);
  });

  test('one that is not installed drives nothing, and says how to get it', () => {
    const [told] = assigned(cellsOf({ driver: 'wrk' }), new Set(['loadcell']));
    expect(told).toMatch(/^wrk is not installed: .*--install/);
  });
});

describe('auto: the strongest installed one that can do every load of its shape', () => {
  const cases: [what: string, loads: Partial<Load>[], expected: string[]][] = [
    ['one load', [{}], ['wrk']],
    ['what it refuses first', [{ method: 'HEAD' }, { method: 'GET' }], ['loadcell', 'loadcell']],
    ['what it refuses last', [{ method: 'GET' }, { method: 'HEAD' }], ['loadcell', 'loadcell']],
    ['parts of seconds', [{ stop: seconds(2) }, { stop: seconds(1.5) }], ['loadcell', 'loadcell']],
    ['shapes of their own', [{}, { keepAlive: false }], ['wrk', 'ab']],
    ['an open loop', [{ rate: { perSecond: 100, arrivals: 'poisson' } }], ['loadcell']],
    ['HTTP/2', [{ http: '2' }], ['h2load']],
  ];
  test.each(cases)('%s', (_, loads, expected) => {
    expect(assigned(cellsOf(...loads))).toEqual(expected);
  });

  test('a load that no driver can do has its reasons, and keeps no other from the strongest', () => {
    const [get, connect] = assigned(cellsOf({}, { method: 'CONNECT' }));
    expect(get).toBe('wrk');
    expect(connect).toMatch(/^no driver can do this load: .*CONNECT/);
  });

  test('where only a missing one could, its name is told', () => {
    expect(assigned(cellsOf({ http: '2' }), new Set(['wrk', 'loadcell']))).toEqual([
      'no installed driver can do this load; h2load could, but is not installed',
    ]);
  });

  test('where none can do all, the one for most takes those: equal loads still have one driver', () => {
    const loads = [{ pipelining: 4 }, { pipelining: 4, body: 'x' }, { pipelining: 4, stop: seconds(1.5) }];
    expect(assigned(cellsOf(...loads), new Set(['wrk', 'h2load']))).toEqual(['wrk', 'wrk', 'h2load']);
    expect(assigned(cellsOf(...loads.toReversed()), new Set(['wrk', 'h2load']))).toEqual(['h2load', 'wrk', 'wrk']);
  });
});
