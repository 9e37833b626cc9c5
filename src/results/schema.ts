import { z } from 'zod';

/** The published schema of results.json: `loadcell schema results`. Figures are raw; the report rounds, this does not. */
const estimate = z
  .strictObject({
    median: z.number(),
    low: z.number(),
    high: z.number(),
    interval: z
      .enum(['range', '95%'])
      .describe('What low and high are: the lowest and highest trial, or a 95% interval of the median.'),
    n: z.int().describe('Trials behind it.'),
  })
  .describe('A median over trials with its interval.');

const load = z
  .strictObject({
    driver: z.string().describe('The load generator that was used.'),
    path: z.string(),
    method: z.string(),
    headers: z.record(z.string(), z.string()),
    body: z.string().nullable(),
    stop: z
      .discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('requests'), requests: z.int() }),
        z.strictObject({ kind: z.literal('duration'), durationMs: z.number() }),
      ])
      .describe('When the measured window ends.'),
    connections: z.int().describe('Concurrent connections.'),
    keepAlive: z.boolean().describe('false: a new connection for every request.'),
    pipelining: z.int().describe('Requests in flight on one connection.'),
    warmup: z
      .discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('requests'), requests: z.int() }),
        z.strictObject({ kind: z.literal('duration'), durationMs: z.number() }),
      ])
      .nullable()
      .describe('Load before the window, not measured.'),
    timeoutMs: z.number().describe('A request without a reply for this long is an error, ms.'),
    rate: z
      .strictObject({ perSecond: z.number(), arrivals: z.enum(['constant', 'poisson']) })
      .nullable()
      .describe('Open loop: arrivals a second. null: closed loop.'),
    http: z.enum(['1.1', '2']),
  })
  .describe('The load shape of this cell.');

const caveat = z
  .strictObject({
    code: z.string().describe('Stable kebab-case code.'),
    severity: z.enum(['note', 'suspect', 'invalid']),
    message: z.string(),
    evidence: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    nextStep: z.string(),
  })
  .describe('A coded doubt with its evidence.');

const count = z.int().nonnegative();

/** null where it was not observed, and in results that were written before it was told. */
const observed = z.number().nullable().default(null);

const cell = z.strictObject({
  id: z.string(),
  server: z.string(),
  environment: z.string(),
  load,
  verdict: z.enum(['valid', 'suspect', 'invalid', 'not-run']).describe('The fold of the caveats.'),
  reason: z.string().nullable().describe('Why it is not-run.'),
  caveats: z.array(caveat),
  trials: count.describe('Trials that count: measured and not invalid.'),
  trialsPlanned: count,
  requeued: count.describe('Trials that were run again because something else disturbed them.'),
  requestsPerSecond: estimate.nullable(),
  latencyUs: z
    .strictObject({
      p50: z.number(),
      p90: z.number(),
      p99: z.number(),
      p999: z.number(),
      max: z.number(),
      mean: z.number(),
    })
    .nullable()
    .describe('Percentiles of the merged histogram, µs.'),
  latencyKind: z
    .enum(['service-time', 'response-time'])
    .nullable()
    .describe('service-time: from the actual start (closed loop); response-time: from the intended start (open loop).'),
  histogram: z.string().nullable().describe('HdrHistogram V2, compressed, base64; µs.'),
  errors: z.strictObject({
    total: count,
    connect: count,
    reset: count,
    timeout: count,
    resource: count,
    other: count,
    non2xx: count,
    mismatched: count,
  }),
  serverCpuUsPerRequest: z
    .number()
    .nullable()
    .describe(
      'CPU time of the server’s processes for each completed request, µs. Median over trials, as all that follow.',
    ),
  requestsPerServerCpuSecond: z
    .number()
    .nullable()
    .describe('Completed requests for each second of the server’s CPU time.'),
  serverCpuCores: observed.describe('Cores that the server kept busy: its CPU time over the window.'),
  serverRssBytes: z
    .number()
    .nullable()
    .describe('The server’s most resident memory in the window, summed over its processes (shared pages in each).'),
  serverRssBytesPerConnection: observed.describe(
    'What the server’s memory grew by, from before any load to its most in the window, divided by the connections. What its heap grew by for other reasons is in it, what it had ready before is not. null where connections are not kept or fewer than 100, in an open loop, and where some request failed.',
  ),
  timeWaitMax: observed.describe(
    'The most TIME_WAIT sockets seen at once in the server’s network namespace; the warm-up’s are among them, and the generator’s where it shares that.',
  ),
  representativeTrial: z.int().nullable().describe('The trial whose rate is nearest to the median.'),
});

const machine = z
  .looseObject({ hostname: z.string(), memoryBytes: z.number(), kernel: z.string(), os: z.string(), node: z.string() })
  .describe('The machine as it was found. null means not readable, never off.');

export const resultsSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    loadcell: z.string().describe('Version of loadcell.'),
    experiment: z.strictObject({ name: z.string(), title: z.string(), digest: z.string() }),
    run: z.strictObject({
      id: z.string(),
      startedAt: z.string(),
      finishedAt: z.string(),
      seed: z.number(),
      quick: z.boolean().describe('A smoke run: no number of it should be published.'),
      complete: z.boolean().describe('Every planned trial has a record.'),
      isolation: z.enum(['namespace', 'host', 'mixed', 'none']),
    }),
    machine,
    cells: z.array(cell),
    comparisons: z.array(
      z.strictObject({
        cell: z.string(),
        baseline: z.string(),
        metric: z.literal('requestsPerSecond'),
        ratio: estimate.describe('cell / baseline: median of ratios of trials in the same block.'),
      }),
    ),
    thresholds: z.array(
      z.strictObject({
        cell: z.string(),
        metric: z.string(),
        value: z.number().nullable(),
        min: z.number().nullable(),
        max: z.number().nullable(),
        holds: z.boolean(),
      }),
    ),
  })
  .describe('loadcell results.json');
