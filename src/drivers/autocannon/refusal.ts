import type { Load } from '../../model/plan.ts';

/** Why the autocannon driver cannot do this load, and which driver can; null when it can. */
export function refusal(load: Load): string | null {
  const { stop, connections, pipelining } = load;
  if (load.http !== '1.1') return 'autocannon speaks HTTP/1.1 only: use h2load for HTTP/2';
  if (load.rate !== null) return 'autocannon sends a burst each second instead of a rate: use loadcell';
  if (!load.keepAlive)
    return 'autocannon counts no reply, or wrong latencies, on fresh connections: use loadcell or ab';
  if (load.method === 'HEAD') return 'autocannon hangs on HEAD: use loadcell';
  if (load.method === 'CONNECT') return 'autocannon does not speak CONNECT: no driver does';
  if (stop.kind === 'requests' && pipelining > 1) {
    return 'autocannon loses the last replies of a count of requests when it pipelines: give a duration, or use wrk';
  }
  if (stop.kind === 'requests' && stop.requests < connections) {
    return `autocannon wants a request for each connection (${stop.requests} < ${connections}): use loadcell`;
  }
  return null;
}
