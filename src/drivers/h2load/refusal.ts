import type { Load } from '../../model/plan.ts';

/** Why h2load cannot do this load, and which driver can; null when it can. */
export function refusal(load: Load): string | null {
  const { stop, warmup, connections } = load;
  if (load.rate !== null) return 'h2load’s rate is a throttle for each connection, not an open loop: use loadcell';
  if (load.method === 'CONNECT') return 'h2load does not speak CONNECT: no driver does';
  if (stop.kind === 'requests' && stop.requests < connections) {
    return `h2load wants a request for each connection (${stop.requests} < ${connections}): use loadcell`;
  }
  if (!load.keepAlive) {
    if (load.http === '2') return 'HTTP/2 has no fresh connection for every request in h2load: set keepAlive';
    if (load.pipelining > 1) return 'pipelining needs kept connections: set keepAlive';
    if (stop.kind === 'duration') {
      return 'h2load never ends a timed run over fresh connections: give a count of requests, or use wrk, ab or loadcell';
    }
    if (warmup?.kind === 'duration') {
      return 'h2load never ends a timed warm-up over fresh connections: give warmup: {requests: n}, or use ab or loadcell';
    }
  }
  if (load.http === '1.1') {
    if (load.method === 'HEAD') return 'h2load waits for the body that a reply to HEAD has not: use loadcell or ab';
    if (load.pipelining > 1 && load.body !== null) return 'h2load does not pipeline requests with a body: use wrk';
  }
  const empty = Object.entries(load.headers).find(([, value]) => value.trim() === '');
  if (empty) return `h2load cannot send the header ${empty[0]} without a value: use loadcell`;
  return null;
}
