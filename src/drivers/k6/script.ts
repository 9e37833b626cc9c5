import type { DriveContext } from '../../model/driver.ts';
import type { Load } from '../../model/plan.ts';
import { scheduleOf } from '../external/schedule.ts';
import { expectedBodyBytes, urlOf } from '../external/target.ts';

/** k6 refuses a scenario that is shorter, ms: a warm-up is made that long. */
export const LEAST_MS = 1_000;

/** Metrics of ours in k6's output. */
export const MISMATCHED = 'loadcell_mismatched_bodies';
export const FIRST_REPLY = 'loadcell_first_reply_bytes';

/** The k6 program of a load: one virtual user a connection, one request an iteration. */
export function scriptFor(load: Load, context: DriveContext): string {
  const compares = expectedBodyBytes(load, context) !== null;
  return `import http from 'k6/http';
import { Counter } from 'k6/metrics';

export const options = ${JSON.stringify(optionsOf(load), null, 2)};

const mismatched = new Counter(${JSON.stringify(MISMATCHED)});
const firstReply = new Counter(${JSON.stringify(FIRST_REPLY)});
const method = ${JSON.stringify(load.method)};
const url = ${JSON.stringify(urlOf(load, context))};
const body = ${JSON.stringify(load.body)};
const expected = ${JSON.stringify(compares ? context.expectedBody : null)};
const params = ${JSON.stringify({
    headers: load.headers,
    redirects: 0,
    timeout: load.timeoutMs,
    responseType: 'text',
  })};

export default function () {
  const reply = http.request(method, url, body, params);
  // 1400 to 1599 stand for statuses of 400 and more; all others for no reply or half of one.
  const code = reply.error_code;
  if (reply.status === 0 || (code > 0 && (code < 1400 || code >= 1600))) return;
  if (expected !== null && reply.body !== expected) mismatched.add(1);
  if (__ITER === 0) {
    const bytes = unescape(encodeURIComponent(reply.body || '')).length;
    firstReply.add(bytes, { server: encodeURIComponent(reply.headers.Server || '') });
  }
}
`;
}

function optionsOf(load: Load): object {
  return {
    scenarios: { load: { ...scenarioOf(load), gracefulStop: `${load.timeoutMs + 1_000}ms` } },
    noConnectionReuse: !load.keepAlive,
    noVUConnectionReuse: false,
    throw: false,
    systemTags: ['status', 'error', 'error_code'],
    summaryTrendStats: ['max'],
  };
}

function scenarioOf(load: Load): object {
  const schedule = scheduleOf(load);
  if (schedule !== null) {
    return {
      executor: 'constant-arrival-rate',
      rate: 1,
      timeUnit: `${Math.round(schedule.intervalUs * 1000)}ns`,
      duration: `${Math.max(LEAST_MS * 1e6, schedule.durationNs)}ns`,
      preAllocatedVUs: load.connections,
      maxVUs: load.connections,
    };
  }
  const { stop } = load;
  if (stop.kind === 'duration')
    return { executor: 'constant-vus', vus: load.connections, duration: `${Math.max(LEAST_MS, stop.durationMs)}ms` };
  const vus = Math.min(load.connections, stop.requests);
  return { executor: 'shared-iterations', vus, iterations: stop.requests, maxDuration: '24h' };
}
