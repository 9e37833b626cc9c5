import own from 'autocannon/package.json' with { type: 'json' };
import type { Driver } from '../../model/driver.ts';
import { embeddedCommand, embeddedMeasurement } from '../embedded/drive.ts';
import { refusal } from './refusal.ts';

const NAME = 'autocannon';

/** autocannon as a library in a process of ours; we count, time and record, it sends and parses. */
export const autocannon: Driver = {
  name: NAME,
  kind: 'embedded',
  summary: 'Built in: autocannon over kept connections in a closed loop, its responses recorded in µs.',
  distortions: [
    'Its histogram has whole ms: its `response` events are recorded in µs instead. Its duration is a number of sampling ticks:',
    'the window is timed by our clock. It pairs replies with the wrong requests once the server has closed a connection: such a',
    'trial fails (`server-closed-connections`). Each connection gets an equal share of a count of requests, so connections that',
    'are served fast are done early. Interim replies (1xx), HEAD and replies that end with the connection are beyond it.',
  ].join('\n'),
  capabilities: {
    closedLoop: true,
    openLoop: false,
    keepAlive: true,
    fresh: false,
    pipelining: true,
    http2: false,
    tls: false,
    stopOnRequests: true,
    stopOnDuration: true,
    phases: false,
    perSecond: true,
    resolutionUs: 1,
  },
  requires: [],
  strength: { keepAlive: 92_000, fresh: 0 },
  refuses: refusal,
  version: own.version,
  command: (load, context) => embeddedCommand(NAME, load, context),
  parse: (output, load, context) => embeddedMeasurement(NAME, output, load, context),
};
