import type { Load } from '../../model/plan.ts';

/** Why wrk cannot do this load, and which driver can; null when it can. */
export function refusal(load: Load): string | null {
  const { stop } = load;
  if (load.http !== '1.1') return 'wrk speaks HTTP/1.1 only: use h2load for HTTP/2';
  if (load.rate !== null) return 'wrk has no rate: use loadcell';
  if (stop.kind === 'requests') return 'wrk has no count of requests: give a duration, or use loadcell, ab or h2load';
  if (stop.durationMs % 1000 !== 0) {
    return `wrk runs for whole seconds, not ${stop.durationMs} ms: give whole seconds, or use loadcell`;
  }
  if (load.method === 'HEAD') return 'wrk waits for the body that a reply to HEAD has not: use loadcell';
  if (load.method === 'CONNECT') return 'wrk does not speak CONNECT: no driver does';
  if (load.pipelining > 1 && !load.keepAlive) return 'pipelining needs kept connections: set keepAlive';
  return null;
}
