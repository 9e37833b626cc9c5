import type { Load } from '../model/plan.ts';
import type { Observation } from '../model/record.ts';
import type { Stage } from '../model/stage.ts';
import type { TrialContext } from './context.ts';
import { parseTcp } from './observe/parse-proc.ts';

const SECOND_MS = 1_000;
/** A window of a second shows its rate too. From then on once a second: each look wakes the runner on a CPU that is measured. */
const nextMs = (passedMs: number): number => passedMs + (passedMs < SECOND_MS ? SECOND_MS / 2 : SECOND_MS);

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
  const startNs = context.host.monotonicNs();
  let timer: NodeJS.Timeout | undefined;
  const sampleAt = (dueMs: number): void => {
    const nowMs = Number(context.host.monotonicNs() - startNs) / 1e6;
    let passedMs = dueMs;
    // A runner that was held up makes up for nothing: two looks at one moment would give a rate of no time.
    while (nextMs(passedMs) <= nowMs) passedMs = nextMs(passedMs);
    void sample(passedMs);
    const next = nextMs(passedMs);
    timer = setTimeout(() => sampleAt(next), next - nowMs);
  };
  sampleAt(0);
  return () => {
    over = true;
    clearTimeout(timer);
    return whole === null ? null : { by: load.keepAlive ? 'segments' : 'connections', rates: [...rates] };
  };
}

function rateBetween(before: Sample | null, after: Sample): number | null {
  if (before === null || after.count < before.count || after.ns <= before.ns) return null;
  return ((after.count - before.count) * 1e9) / Number(after.ns - before.ns);
}
