import type { Pathology } from './pathology.ts';

/** What goes wrong with CPUs, settings and windows. */
export const PROCESSORS: readonly Pathology[] = [
  {
    code: 'generator-saturated',
    severity: 'suspect',
    server: 'replies-in-shreds',
    recipe: { reply: { body: 'a'.repeat(100) } },
    load: { driver: 'autocannon', connections: 20, duration: '1500ms' },
    shy: true,
    evidence: ({ generatorCores, serverCores, generatorCoresAtMost }) =>
      generatorCoresAtMost === 1 && Number(generatorCores) > Number(serverCores),
  },
  {
    code: 'latency-bound',
    severity: 'note',
    server: 'sleeps',
    // So long that the generator's own start weighs little.
    load: { duration: '3s' },
    shy: true,
    evidence: ({ serverCores, generatorCores, connections }) =>
      Number(serverCores) < 0.5 && Number(generatorCores) < 0.5 && connections === 4,
  },
  {
    code: 'missed-starts',
    severity: 'suspect',
    server: 'sleeps',
    load: { rate: 1_000, duration: '1s' },
    evidence: ({ asked, completedPerSecond, missedStarts }) =>
      asked === 1_000 && Number(completedPerSecond) < 400 && Number(missedStarts) > 100,
  },
  {
    code: 'shared-core',
    severity: 'suspect',
    server: 'is-well',
    recipe: { controls: { cpus: { server: [0], generator: [0] } } },
    load: {},
    evidence: ({ server, generator, shared }) => server === '0' && generator === '0' && /\b0\b/.test(String(shared)),
  },
  {
    code: 'settings-not-in-force',
    way: 'affinity',
    severity: 'suspect',
    // It pins itself to where it was not put.
    server: [
      'sh',
      '-c',
      'taskset -apc 0-1023 $$ >&2; exec "$0" "$@"',
      '{{node}}',
      '-e',
      "require('node:http').createServer((_, reply) => reply.end('hello')).listen({{port}}, '{{address}}')",
    ],
    load: {},
    evidence: (evidence) => /runs on/.test(String(evidence['server.cpus'])),
  },
  {
    code: 'settings-not-in-force',
    way: 'limit',
    severity: 'suspect',
    server: [
      'sh',
      '-c',
      'ulimit -n 200; exec "$0" "$@"',
      '{{node}}',
      '-e',
      "require('node:http').createServer((_, reply) => reply.end('hello')).listen({{port}}, '{{address}}')",
    ],
    recipe: { controls: { ulimit: { server: { nofile: 300 } } } },
    load: {},
    evidence: (evidence) => /has 200/.test(String(evidence['server.ulimit.nofile'])),
  },
  {
    code: 'short-window',
    severity: 'note',
    server: 'is-well',
    load: { duration: '300ms' },
    evidence: ({ windowMs, requests }) => Number(windowMs) < 1_000 && Number(requests) >= 100,
  },
  {
    code: 'short-window',
    way: 'few-requests',
    severity: 'suspect',
    server: 'is-well',
    load: { requests: 50 },
    evidence: ({ requests }) => requests === 50,
  },
  {
    code: 'too-few-samples',
    severity: 'note',
    server: 'is-well',
    load: { requests: 500 },
    evidence: ({ samples, percentiles }) => samples === 500 && percentiles === 'p99, p99.9',
  },
  {
    code: 'few-trials',
    severity: 'note',
    server: 'is-well',
    load: {},
    evidence: ({ trials, planned }) => trials === 1 && planned === 1,
  },
];

/** What only several trials of one server tell apart. */
export const TRIALS: readonly Pathology[] = [
  {
    code: 'wide-spread',
    severity: 'suspect',
    shy: true,
    server: 'is-slow-the-second-time',
    load: {},
    evidence: ({ low, high, trials }) => trials === 3 && Number(low) < Number(high) / 2,
  },
  {
    code: 'trials-failed',
    severity: 'suspect',
    shy: true,
    server: 'fails-the-second-time',
    load: { requests: 300 },
    evidence: ({ failed, of, reasons }) => failed === 1 && of === 3 && /code 3/.test(String(reasons)),
  },
  {
    code: 'trials-failed',
    way: 'server-died',
    severity: 'invalid',
    server: 'dies-after-290',
    load: {},
    evidence: ({ failed, codes, reasons }) =>
      Number(failed) === 3 && codes === 'server-died' && /exit code 7/.test(String(reasons)),
  },
  {
    code: 'trials-left-out',
    severity: 'suspect',
    shy: true,
    server: 'is-broken-the-second-time',
    load: { requests: 300 },
    evidence: ({ leftOut, of, codes }) => leftOut === 1 && of === 3 && /non-2xx/.test(String(codes)),
    also: ({ trials }) => trials === 2,
  },
];
