import type { Load } from '../../model/plan.ts';

/** ab.c: MAX_CONCURRENCY. */
const MOST_CONNECTIONS = 20_000;

/** Why ab cannot do this load, and which driver can; null when it can. */
export function refusal(load: Load): string | null {
  const { stop, connections } = load;
  if (load.http !== '1.1') return 'ab speaks HTTP/1.0 only: use h2load for HTTP/2';
  if (load.rate !== null) return 'ab has no rate: use loadcell';
  if (load.pipelining > 1) return 'ab does not pipeline: use h2load, or wrk with a duration';
  if (load.method === 'CONNECT') return 'ab does not speak CONNECT: no driver does';
  if (connections > MOST_CONNECTIONS) return `ab opens at most ${MOST_CONNECTIONS} connections: use wrk`;
  if (stop.kind === 'requests' && stop.requests < connections) {
    return `ab wants a request for each connection (${stop.requests} < ${connections}): use loadcell`;
  }
  if (stop.kind === 'duration' && stop.durationMs % 1000 !== 0) {
    return `ab runs for whole seconds, not ${stop.durationMs} ms: give whole seconds, or use loadcell`;
  }
  return null;
}
