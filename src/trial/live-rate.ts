import type { Load } from '../model/plan.ts';
import type { Stage } from '../model/stage.ts';
import type { TrialContext } from './context.ts';

const EVERY_MS = 1_000;

/**
 * The rate that progress shows while a window runs, from the kernel's counters of the stage (32 µs a second): exact
 * with fresh connections (one passive open a request), about right with kept ones (one data segment each way).
 */
export function watchRate(context: TrialContext, stage: Stage, load: Load): () => void {
  let last: { count: number; ns: bigint } | null = null;
  const timer = setInterval(async () => {
    const tcp = parseTcp(await context.host.readText(`${stage.netRoot}/snmp`).catch(() => ''));
    const count = load.keepAlive ? (tcp.OutSegs ?? 0) / 2 : (tcp.PassiveOpens ?? 0);
    const ns = context.host.monotonicNs();
    if (last !== null && count >= last.count) {
      const perSecond = ((count - last.count) * 1e9) / Number(ns - last.ns);
      context.onEvent({ kind: 'rate', perSecond, exact: !load.keepAlive });
    }
    last = { count, ns };
  }, EVERY_MS);
  return () => clearInterval(timer);
}

function parseTcp(snmp: string): Record<string, number> {
  const [names, values] = snmp
    .split('\n')
    .filter((line) => line.startsWith('Tcp:'))
    .map((line) => line.split(/\s+/));
  return Object.fromEntries((names ?? []).map((name, index) => [name, Number(values?.[index] ?? 0)]));
}
