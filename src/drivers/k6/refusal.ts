import type { Load } from '../../model/plan.ts';
import { scheduleOf } from '../external/schedule.ts';
import { LEAST_MS } from './script.ts';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Why k6 cannot do this load, and which driver can; null when it can. */
export function refusal(load: Load): string | null {
  if (load.http !== '1.1') return 'k6 speaks HTTP/2 over TLS only: use h2load for HTTP/2';
  if (load.pipelining > 1) return 'k6 does not pipeline: use wrk or autocannon (with a duration)';
  if (!METHODS.has(load.method)) return `k6 is not driven with the method ${load.method}: use loadcell`;
  if (load.rate?.arrivals === 'poisson') return 'k6 has constant arrivals only: use loadcell for Poisson arrivals';
  const lasts = durationMs(load);
  if (lasts !== null && lasts < LEAST_MS) {
    return `k6 runs for ${LEAST_MS} ms at least, not ${Math.round(lasts)} ms: give it more time, or use loadcell`;
  }
  return null;
}

/** How long k6 is told to run; null where it is told a count. */
function durationMs(load: Load): number | null {
  const schedule = scheduleOf(load);
  if (schedule !== null) return (schedule.starts * schedule.intervalUs) / 1000;
  return load.stop.kind === 'duration' ? load.stop.durationMs : null;
}
