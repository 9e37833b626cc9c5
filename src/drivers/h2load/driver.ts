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
    'ends a timed run over fresh connections: such loads are refused, and its protocol and its log are held against its report. Its',
    'summary is not used for latencies: they come from its log, in µs, which costs it a write for each request. A timed run counts',
    'what ended within its time, and its errors there always add up to none: connections that it lost are found from how many',
    'requests were under way until the end (lost in the last moments, they go unseen). A counted run gives every connection its',
    'share of the requests; after an error a connection is given up with all that it still was to send, which is counted as `other`.',
    'Its only timeout is for a connection on which nothing happens; a timed run breaks off at one. Of bodies it only adds up the',
    'bytes: how many replies were of another length at least is worked out. A connection whose end the server announces is opened',
    'again without a word (a timed run may then never end, and fails by its deadline). Over fresh connections it does not count the',
    'bytes of heads. No TLS is driven here.',
  ].join('\n'),
  capabilities: {
    closedLoop: true,
    openLoop: false,
    keepAlive: true,
    fresh: true,
    pipelining: true,
    http2: true,
    tls: false,
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
  strength: { keepAlive: 130_000, fresh: 21_500 },
  refuses: refusal,
  version: { argv: ['h2load', '--version'], pattern: '^h2load nghttp2/(\\S+)' },
  command,
  parse,
};
