import type { Load } from '../model/plan.ts';
import type { Stage } from '../model/stage.ts';
import type { TrialContext } from './context.ts';

/** From the window's start on, so that one of a second shows its rate too. */
const EVERY_MS = 500;

/**
 * The rate that progress shows while a window runs, from the kernel's counters of the stage (one file, 32 µs a sample):
 * exact with fresh connections (one passive open a request), about right with kept ones (one data segment each way).
 */
export function watchRate(
  context: Pick<TrialContext, 'host' | 'onEvent'>,
  stage: Pick<Stage, 'netRoot'>,
  load: Pick<Load, 'keepAlive'>,
): () => void {
  let last: { count: number; ns: bigint } | null = null;
  let over = false;
  const sample = async (): Promise<void> => {
    const snmp = await context.host.readText(`${stage.netRoot}/snmp`).catch(() => null);
    if (over || snmp === null) return;
    const tcp = parseTcp(snmp);
    const count = load.keepAlive ? (tcp.OutSegs ?? 0) / 2 : (tcp.PassiveOpens ?? 0);
    const ns = context.host.monotonicNs();
    if (last !== null && count >= last.count) {
      const perSecond = ((count - last.count) * 1e9) / Number(ns - last.ns);
      context.onEvent({ kind: 'rate', perSecond, exact: !load.keepAlive });
    }
    last = { count, ns };
  };
  void sample();
  const timer = setInterval(sample, EVERY_MS);
  return () => {
    over = true;
    clearInterval(timer);
  };
}

function parseTcp(snmp: string): Record<string, number> {
  const [names, values] = snmp
    .split('\n')
    .filter((line) => line.startsWith('Tcp:'))
    .map((line) => line.split(/\s+/));
  return Object.fromEntries((names ?? []).map((name, index) => [name, Number(values?.[index] ?? 0)]));
}
