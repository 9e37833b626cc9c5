import type { Driver } from '../model/driver.ts';
import type { Load } from '../model/plan.ts';

export interface WantedLoad {
  path: string;
  connections: number;
  keepAlive: boolean;
  durationMs: number;
  /** About as many requests as the time is enough for, for a driver that counts only. */
  requests: number;
  /** Arrivals a second for a driver that knows only open loops; null: such a driver is refused. */
  perSecond: number | null;
}

type Timed = Pick<WantedLoad, 'path' | 'connections' | 'keepAlive' | 'durationMs'>;

const timedLoad = (driver: Driver, { path, connections, keepAlive, durationMs }: Timed): Load => ({
  driver: driver.name,
  path,
  method: 'GET',
  headers: {},
  body: null,
  stop: { kind: 'duration', durationMs },
  connections,
  keepAlive,
  pipelining: 1,
  warmup: null,
  timeoutMs: 5_000,
  rate: null,
  http: '1.1',
});

/** Starts at a fixed rate, or the reason why this driver makes none. Give it as many connections as a stall may hold. */
export function openLoopFor(driver: Driver, wanted: Timed & { perSecond: number }): Load | { refused: string } {
  const rate = { perSecond: wanted.perSecond, arrivals: 'constant' } as const;
  const load: Load = { ...timedLoad(driver, wanted), rate };
  const refused = driver.refuses(load);
  return refused === null ? load : { refused };
}

/** The load as this driver can do it: timed, else counted, else in an open loop; or the reason why not. */
export function loadFor(driver: Driver, wanted: WantedLoad): Load | { refused: string } {
  const timed = timedLoad(driver, wanted);
  const forms: Load[] = [timed, { ...timed, stop: { kind: 'requests', requests: wanted.requests } }];
  if (wanted.perSecond !== null) {
    // Connections are no limit in an open loop: a stall must find enough of them.
    const rate = { perSecond: wanted.perSecond, arrivals: 'constant' } as const;
    forms.push({ ...timed, rate, connections: Math.max(wanted.connections, wanted.perSecond) });
  }
  const able = forms.find((load) => driver.refuses(load) === null);
  return able ?? { refused: driver.refuses(timed) as string };
}
