import type { Load } from '../model/plan.ts';
import type { Observation } from '../model/record.ts';
import type { Stage } from '../model/stage.ts';
import type { TrialContext } from './context.ts';

/** Progress is told twice a second, from the window's start on, so that one of a second shows its rate too. */
const EVERY_MS = 500;
const SECOND_MS = 1_000;

interface Sample {
  count: number;
  ns: bigint;
}

/**
 * The rate while a window runs, for progress and for the record, from the kernel's counters of the stage (one file, 32 µs a
 * sample): exact with fresh connections (one passive open a request), about right with kept ones (one data segment each way).
 *
 * @returns Ends it, and tells the rates of the whole seconds since the start; null where the counters cannot be read.
 */
export function watchRate(
  context: Pick<TrialContext, 'host' | 'onEvent'>,
  stage: Pick<Stage, 'netRoot'>,
  load: Pick<Load, 'keepAlive'>,
): () => NonNullable<Observation['perSecond']> | null {
  const rates: number[] = [];
  let last: Sample | null = null;
  /** The last one at a whole second. */
  let whole: Sample | null = null;
  let over = false;
  const sample = async (passedMs: number): Promise<void> => {
    const tcp = parseTcp(await context.host.readText(`${stage.netRoot}/snmp`).catch(() => ''));
    const count = load.keepAlive ? (tcp.OutSegs ?? Number.NaN) / 2 : (tcp.PassiveOpens ?? Number.NaN);
    if (over || Number.isNaN(count)) return;
    const now = { count, ns: context.host.monotonicNs() };
    const perSecond = rateBetween(last, now);
    if (perSecond !== null) context.onEvent({ kind: 'rate', perSecond, exact: !load.keepAlive });
    last = now;
    if (passedMs % SECOND_MS !== 0) return;
    const since = rateBetween(whole, now);
    whole = now;
    // Where a second could not be read, the next one's rate is the mean of both.
    while (since !== null && rates.length < passedMs / SECOND_MS) rates.push(since);
  };
  let passedMs = 0;
  void sample(passedMs);
  const timer = setInterval(() => {
    passedMs += EVERY_MS;
    void sample(passedMs);
  }, EVERY_MS);
  return () => {
    over = true;
    clearInterval(timer);
    return whole === null ? null : { by: load.keepAlive ? 'segments' : 'connections', rates: [...rates] };
  };
}

function rateBetween(before: Sample | null, after: Sample): number | null {
  if (before === null || after.count < before.count || after.ns <= before.ns) return null;
  return ((after.count - before.count) * 1e9) / Number(after.ns - before.ns);
}

function parseTcp(snmp: string): Record<string, number> {
  const [names, values] = snmp
    .split('\n')
    .filter((line) => line.startsWith('Tcp:'))
    .map((line) => line.split(/\s+/));
  return Object.fromEntries((names ?? []).map((name, index) => [name, Number(values?.[index] ?? 0)]));
}
