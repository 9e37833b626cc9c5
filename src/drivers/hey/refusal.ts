import type { Load } from '../../model/plan.ts';

/** hey keeps no more idle connections than this: beyond it connections would be fresh although they were to be kept. */
const MOST_KEPT = 500;

/** Why hey cannot do this load, and which driver can; null when it can. */
export function refusal(load: Load): string | null {
  const { stop, connections } = load;
  if (load.http !== '1.1') return 'hey speaks HTTP/2 over TLS only: use h2load';
  if (load.rate !== null) return 'hey’s rate is a throttle for each worker, not an open loop: use loadcell';
  if (load.pipelining > 1) return 'hey does not pipeline: use h2load, or wrk with a duration';
  if (load.method === 'CONNECT') return 'hey does not speak CONNECT: no driver does';
  if (load.keepAlive && connections > MOST_KEPT) {
    return `hey keeps at most ${MOST_KEPT} connections open, not ${connections}: use wrk, h2load or loadcell`;
  }
  if (stop.kind === 'requests' && stop.requests % connections !== 0) {
    const multiple = Math.ceil(stop.requests / connections) * connections;
    return `hey sends a multiple of its connections only: give ${multiple} requests instead of ${stop.requests}, or use h2load`;
  }
  const odd = Object.entries(load.headers).find(([name, value]) => !/^[\w-]+$/.test(name) || value.trim() === '');
  return odd ? `hey cannot send the header "${odd[0]}: ${odd[1]}": use loadcell` : null;
}
