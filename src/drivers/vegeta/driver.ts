import type { Driver } from '../../model/driver.ts';
import { command } from './command.ts';
import { parse } from './parse.ts';
import { refusal } from './refusal.ts';

/** vegeta: constant arrivals, every request’s number and time, bodies compared. */
export const vegeta: Driver = {
  name: 'vegeta',
  kind: 'external',
  summary: 'vegeta: an open loop of constant arrivals, or a closed one for a time; fresh or kept connections.',
  distortions: [
    'Its latency counts from when a worker took the request, not from when it was due: here it counts from the schedule, put',
    'together from every request’s number. Its report’s percentiles are a t-digest: here every request is taken from `encode`.',
    'When the server closes a kept connection, with notice or without, Go’s HTTP client opens another one without a word, and',
    'sends a request again that had no byte of a reply yet; the time of both is in its latency. Bodies up to 4 KiB are compared;',
    'longer ones are not kept and not looked at. It adds a header (X-Vegeta-Seq) to every request. It has no count of requests',
    'without a rate: a counted warm-up becomes one second. Replies that a closed loop gets behind the window are not counted.',
  ].join('\n'),
  capabilities: {
    closedLoop: true,
    openLoop: true,
    keepAlive: true,
    fresh: true,
    pipelining: false,
    http2: false,
    tls: false,
    stopOnRequests: false,
    stopOnDuration: true,
    phases: false,
    perSecond: true,
    resolutionUs: 1,
  },
  requires: [
    {
      command: 'vegeta',
      apt: null,
      install: [
        [
          'env',
          'GOBIN={{bin}}',
          'go',
          'install',
          '-ldflags=-X main.Version=12.13.0',
          'github.com/tsenart/vegeta/v12@v12.13.0',
        ],
      ],
      verify: { argv: ['vegeta', '-version'], pattern: '^Runtime: +go' },
    },
  ],
  strength: { keepAlive: 48_000, fresh: 12_500 },
  refuses: refusal,
  version: { argv: ['vegeta', '-version'], pattern: 'Version: +v?(\\S+)' },
  command,
  parse,
};
