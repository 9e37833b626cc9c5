import type { Driver } from '../../model/driver.ts';
import { command } from './command.ts';
import { parse } from './parse.ts';
import { refusal } from './refusal.ts';

/** ApacheBench: what everybody knows, one thread, HTTP/1.0. */
export const ab: Driver = {
  name: 'ab',
  kind: 'external',
  summary: 'ApacheBench: fresh or kept connections over HTTP/1.0, one thread, phases in ms.',
  distortions: [
    'Its per-request file (`-g`) has whole ms; only the 101 percentiles of `-e` have µs. Samples are put together from both: whole',
    'percentiles are exact, what lies between them (p99.9) is right to half a ms. `-e` reads past its array for 50 requests or',
    'fewer: those rows are dropped. One reset counts as three failures and as a complete request: it is counted once, as an error.',
    'A connection that is closed without a byte counts as complete: it is counted as an error. The times of failed requests cannot',
    'be told from the others: with more than one in a thousand no latency is given. “Failed: Length” compares with the first reply:',
    'here the first reply is held against the expected body’s length too. Nothing else of a body is looked at, and a Content-Length',
    'that lies is not seen. It speaks HTTP/1.0 (kept connections by `Connection: Keep-Alive`). Its timeout is in whole seconds and',
    'only strikes when nothing at all happens; then the run ends, and the trial fails. A timed run ends in whole seconds.',
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
      command: 'ab',
      apt: 'apache2-utils',
      install: [],
      verify: { argv: ['ab', '-V'], pattern: 'This is ApacheBench' },
    },
  ],
  // It keeps connections open by HTTP/1.0, which is another load than clients make, and which some servers refuse: over kept
  // ones, where it made 170,000 requests a second, `auto` takes it last.
  strength: { keepAlive: 0, fresh: 22_000 },
  refuses: refusal,
  version: { argv: ['ab', '-V'], pattern: 'ApacheBench, Version (\\S+)' },
  command,
  parse,
};
