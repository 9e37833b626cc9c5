import type { Driver } from '../../model/driver.ts';
import { command } from './command.ts';
import { parse } from './parse.ts';
import { refusal } from './refusal.ts';

/** h2load: every request in µs, over HTTP/1.1 or HTTP/2 without TLS. */
export const h2load: Driver = {
  name: 'h2load',
  kind: 'external',
  summary: 'h2load: every request in µs over kept connections, HTTP/1.1 or cleartext HTTP/2 (prior knowledge, no TLS).',
  distortions: [
    'It speaks HTTP/2 unless told otherwise, ends with code 0 even when every connection was refused, appends to its log, and never',
    'ends a timed run when connections are not kept: such loads are refused, and its protocol and its log are held against its',
    'report. Its percentile-free summary is not used: latencies come from the log’s µs, which cost it a write for each request. A',
    'timed run counts what ended within its time, a counted one gives every connection its share of the requests. After an error it',
    'gives a connection up with all that it still was to send: these are counted as `other`. Its only timeout is for a connection on',
    'which nothing happens. Of bodies it only adds up the bytes: how many replies were of another length at least is worked out. A',
    'connection whose end the server announces is opened again without a word (a timed run then never ends, and fails by its',
    'deadline). Over fresh connections it does not count the bytes of heads. No TLS is driven here.',
  ].join('\n'),
  capabilities: {
    closedLoop: true,
    openLoop: false,
    keepAlive: true,
    fresh: true,
    pipelining: true,
    http2: true,
    stopOnRequests: true,
    stopOnDuration: true,
    phases: false,
    perSecond: true,
    resolutionUs: 1,
  },
  requires: [
    {
      command: 'h2load',
      apt: 'nghttp2-client',
      install: [],
      verify: { argv: ['h2load', '--version'], pattern: '^h2load nghttp2/' },
    },
  ],
  strength: { keepAlive: 75_000, fresh: 15_000 },
  refuses: refusal,
  version: { argv: ['h2load', '--version'], pattern: '^h2load nghttp2/(\\S+)' },
  command,
  parse,
};
