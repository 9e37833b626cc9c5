import type { Load } from '../../model/plan.ts';

/** Why oha cannot do this load, and which driver can; null when it can. */
export function refusal(load: Load): string | null {
  if (load.http !== '1.1') return 'oha is driven over HTTP/1.1 only: use h2load for HTTP/2';
  if (load.pipelining > 1) return 'oha does not pipeline: use wrk or autocannon (with a duration)';
  if (load.method === 'CONNECT') return 'oha does not speak CONNECT: no driver does';
  if (load.rate?.arrivals === 'poisson') return 'oha has constant arrivals only: use loadcell for Poisson arrivals';
  return null;
}
