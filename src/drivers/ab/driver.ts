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
    'fewer: those rows are dropped. One reset counts as three failures and as a complete request: it is counted once, as an error;',
    'its time cannot be told from the others. A connection closed without a byte counts as complete: it shows as a body of another',
    'length. "Failed: Length" compares with the first reply: here with the length of the expected body. Bodies are not compared',
    'otherwise. It speaks HTTP/1.0 (kept connections by `Connection: Keep-Alive`) and ignores a reply that has no length until the',
    'server closes. A kept connection that the server closes without saying so is opened again, the request sent again, and nothing',
    'of it shown: compare the kernel’s count of opened connections. Its timeout is in whole seconds and only ends a run in which',
    'nothing at all happens. A timed run ends in whole seconds.',
  ].join('\n'),
  capabilities: {
    closedLoop: true,
    openLoop: false,
    keepAlive: true,
    fresh: true,
    pipelining: false,
    http2: false,
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
  strength: { keepAlive: 60_000, fresh: 21_000 },
  refuses: refusal,
  version: { argv: ['ab', '-V'], pattern: 'ApacheBench, Version (\\S+)' },
  command,
  parse,
};
