import type { Driver } from '../../model/driver.ts';
import { command } from './command.ts';
import { parse } from './parse.ts';
import { refusal } from './refusal.ts';

/** k6: one virtual user a connection, every request’s samples read. */
export const k6: Driver = {
  name: 'k6',
  kind: 'external',
  summary:
    'k6: closed loop or constant arrivals, connect and waiting times, bodies compared; a script costs it most of its speed.',
  distortions: [
    'Its `http_req_duration` leaves out the time to connect: here latency is `blocked` and `duration` together. Its clock is the',
    'wall’s. A JavaScript iteration and a dozen samples a request make it several times slower than the others on one core: it',
    'soon is what is measured. In an open loop it drops a start for which no virtual user is free (`dropped_iterations`): these',
    'are missed starts, and their waits are missing from the tail, so give it as many connections as a stall may hold. Latency',
    'counts from the schedule, which its starts and drops make up together. Connections that the server closes are those beyond',
    'the first of each virtual user; Go’s HTTP client repeats a request that had no byte of a reply yet. Its files have some',
    '650 bytes a request. On one core its garbage collection and its samples add 0.15 to 0.25 ms to the slowest hundredth of',
    'requests to a server that replies at once. Replies that a closed loop gets behind the window are not counted.',
  ].join('\n'),
  capabilities: {
    closedLoop: true,
    openLoop: true,
    keepAlive: true,
    fresh: true,
    pipelining: false,
    http2: false,
    tls: false,
    stopOnRequests: true,
    stopOnDuration: true,
    phases: true,
    perSecond: true,
    resolutionUs: 1,
  },
  requires: [
    {
      command: 'k6',
      apt: null,
      install: [['env', 'GOBIN={{bin}}', 'go', 'install', 'go.k6.io/k6@v1.8.1']],
      verify: { argv: ['k6', 'version'], pattern: '^k6 v\\d' },
    },
  ],
  strength: { keepAlive: 18_000, fresh: 8_000 },
  refuses: refusal,
  version: { argv: ['k6', 'version'], pattern: 'k6 v(\\S+)' },
  command,
  parse,
};
