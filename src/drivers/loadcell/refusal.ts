import type { Load } from '../../model/plan.ts';

/** Why the loadcell driver cannot do this load, and which driver can; null when it can. */
export function refusal(load: Load): string | null {
  if (load.http !== '1.1') return 'loadcell speaks HTTP/1.1 only: use h2load for HTTP/2';
  if (load.pipelining > 1) return 'loadcell does not pipeline: use wrk or autocannon (with a duration)';
  if (load.method === 'CONNECT') return 'loadcell does not speak CONNECT: no driver does';
  return null;
}
