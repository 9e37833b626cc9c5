import type { Load } from '../model/plan.ts';
import type { Observation } from '../model/record.ts';
import type { Stage } from '../model/stage.ts';
import type { TrialContext } from './context.ts';

const EVERY_MS = 1_000;

/**
 * The rate while a window runs, for progress and for the record, from the kernel's counters of the stage (32 µs a second):
 * exact with fresh connections (one passive open a request), about right with kept ones (one data segment each way).
 *
 * @returns Ends it, and tells the rates of the whole seconds since the start; null where the counters cannot be read.
 */
export function watchRate(
  context: Pick<TrialContext, 'host' | 'onEvent'>,
  stage: Pick<Stage, 'netRoot'>,
  load: Pick<Load, 'keepAlive'>,
): () => NonNullable<Observation['perSecond']> | null {
  const rates: number[] = [];
  let last: { count: number; ns: bigint } | null = null;
  const read = async (): Promise<void> => {
    const tcp = parseTcp(await context.host.readText(`${stage.netRoot}/snmp`).catch(() => ''));
    const count = load.keepAlive ? (tcp.OutSegs ?? Number.NaN) / 2 : (tcp.PassiveOpens ?? Number.NaN);
    if (Number.isNaN(count)) return;
    const ns = context.host.monotonicNs();
    if (last !== null && count >= last.count && ns > last.ns) {
      const perSecond = ((count - last.count) * 1e9) / Number(ns - last.ns);
      rates.push(perSecond);
      context.onEvent({ kind: 'rate', perSecond, exact: !load.keepAlive });
    }
    last = { count, ns };
  };
  void read();
  const timer = setInterval(read, EVERY_MS);
  return () => {
    clearInterval(timer);
    return last === null ? null : { by: load.keepAlive ? 'segments' : 'connections', rates: [...rates] };
  };
}

function parseTcp(snmp: string): Record<string, number> {
  const [names, values] = snmp
    .split('\n')
    .filter((line) => line.startsWith('Tcp:'))
    .map((line) => line.split(/\s+/));
  return Object.fromEntries((names ?? []).map((name, index) => [name, Number(values?.[index] ?? 0)]));
}
