import type { Driver } from '../../model/driver.ts';
import { command } from './command.ts';
import { parse } from './parse.ts';
import { refusal } from './refusal.ts';

/** hey: Go's HTTP client, which browsers' back ends and services look like. */
export const hey: Driver = {
  name: 'hey',
  kind: 'external',
  summary: 'hey: Go’s own HTTP client, fresh or kept connections in a closed loop, with the time to connect.',
  distortions: [
    'Its CSV has 0.1 ms and no failed requests, its summary no distribution: an output template of ours gets its times in µs, its',
    'errors and its window instead. It rounds a count down to a multiple of its connections, and keeps no more than 500 of them:',
    'such loads are refused. Go’s client sends a request again without a word when a kept connection ends before a reply: such',
    'ends are told from the connections that were opened beyond those asked for. hey does not notice bodies that are cut off (over',
    'kept connections the new connection tells): only what replies announce is held against the expected length. A timed run waits for the last replies. Its timeout is in whole seconds. It keeps the times of the first',
    'million replies only. It is written in Go: garbage collection and goroutines cost tens of µs under load. TLS and HTTP/2 (over',
    'TLS only) are not driven here.',
  ].join('\n'),
  capabilities: {
    closedLoop: true,
    openLoop: false,
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
      command: 'hey',
      apt: 'hey',
      install: [],
      verify: { argv: ['hey', '-disable-redirects', '-h'], pattern: '-disable-keepalive[\\s\\S]*-cpus' },
    },
  ],
  strength: { keepAlive: 63_000, fresh: 14_500 },
  refuses: refusal,
  // hey cannot tell its version; Debian can, of its own package.
  version: { argv: ['dpkg-query', '-s', 'hey'], pattern: 'Version: ([^-\\s]+)' },
  command,
  parse,
};
