import type { Load } from '../../model/plan.ts';

/** Why vegeta cannot do this load, and which driver can; null when it can. */
export function refusal(load: Load): string | null {
  if (load.http !== '1.1') return 'vegeta is driven over HTTP/1.1 only: use h2load for HTTP/2';
  if (load.pipelining > 1) return 'vegeta does not pipeline: use wrk or autocannon (with a duration)';
  if (load.method === 'CONNECT') return 'vegeta does not speak CONNECT: no driver does';
  if (load.rate?.arrivals === 'poisson') return 'vegeta has constant arrivals only: use loadcell for Poisson arrivals';
  if (load.rate === null && load.stop.kind === 'requests') {
    return 'vegeta runs for a time, not for a number of requests: give a duration or a rate, or use oha';
  }
  return null;
}
