import { z } from 'zod';
import { decodeHistogram, type EncodedHistogram, newHistogram } from '../model/histogram.ts';

/** A line of trials.jsonl as it is read again. Fields that nobody knows are let pass. */

const text = z.string().nullable();
const number = z.number().nullable();
const count = z.int().nonnegative();
const counts = z.record(z.string(), z.number());
const words = z.record(z.string(), z.string());

/** Far above what three digits up to an hour can take. */
const LONGEST_HISTOGRAM = 262_144;

/** Whether it can be merged with every other: one of a wider range could not be added, and would end the fold. */
function isHistogram(encoded: EncodedHistogram): boolean {
  try {
    newHistogram().add(decodeHistogram(encoded));
    return true;
  } catch {
    return false;
  }
}

const latency = z.object({
  kind: z.enum(['service-time', 'response-time']),
  histogram: z.string().max(LONGEST_HISTOGRAM).refine(isHistogram, 'it is no histogram'),
  count,
  minUs: z.number(),
  meanUs: z.number(),
  maxUs: z.number(),
  stdevUs: z.number(),
  resolutionUs: z.number(),
  includesConnect: z.boolean(),
});

const row = z.object({
  minUs: z.number(),
  meanUs: z.number(),
  sdUs: z.number(),
  medianUs: z.number(),
  maxUs: z.number(),
});

const measurement = z.object({
  driver: z.object({ name: z.string(), version: z.string() }),
  argv: z.array(z.string()),
  requests: z.object({
    sent: count.nullable(),
    completed: count,
    inFlight: count.nullable(),
    oldestInFlightUs: number.optional(),
    missedStarts: count.nullable(),
  }),
  windowUs: z.number().positive(),
  bytes: z.object({ received: number, body: number }),
  statusCounts: z.record(z.string(), count),
  errors: z.object({ connect: count, reset: count, timeout: count, resource: count, other: count }),
  connectionsOpened: number,
  serverClosedConnections: number.optional(),
  idleSpinUs: z.number().optional(),
  latency: latency.nullable(),
  latencyMissing: text,
  phases: z
    .object({
      connect: row.nullable(),
      processing: row.nullable(),
      waiting: row.nullable(),
      total: row,
      percentiles: z.array(z.tuple([z.number(), z.number()])),
    })
    .nullable(),
  perSecond: z.array(z.number()).nullable(),
  replyBodyBytes: number,
  serverHeader: text,
  mismatchedBodies: count.nullable(),
  notes: z.array(z.string()),
  ownOutput: text,
});

const outcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('measured'), measurement }),
  z.object({ kind: z.literal('server-failed'), code: z.string(), reason: z.string() }),
  z.object({ kind: z.literal('load-failed'), code: z.string(), reason: z.string(), completed: number }),
  z.object({ kind: z.literal('aborted'), reason: z.string() }),
]);

const processUse = z.object({
  cpuUs: z.number(),
  cpuOverUs: z.number(),
  waitUs: number,
  rssBytesIdle: number.optional(),
  busiestThread: z.object({ cpuUs: z.number(), waitUs: z.number() }).nullish(),
  rssBytesBefore: number,
  rssBytesAfter: number,
  rssBytesMax: number,
  threads: z.number(),
  processes: z.number(),
  voluntarySwitches: number,
  involuntarySwitches: number,
  openFilesBefore: number,
  openFilesAfter: number,
  openFilesLimit: number,
  openFilesMost: number.optional(),
});

const observation = z.object({
  intervalUs: z.number(),
  server: processUse.nullable(),
  generator: processUse.nullable(),
  runnerCpuUs: number,
  cpus: z.record(
    z.string(),
    z.object({
      userMs: z.number(),
      systemMs: z.number(),
      softirqMs: z.number(),
      idleMs: z.number(),
      stealMs: z.number(),
    }),
  ),
  network: counts.nullable(),
  generatorNetwork: counts.nullish(),
  softnet: z.object({ processed: z.number(), dropped: z.number(), squeezed: z.number() }).nullable(),
  sockets: z
    .object({
      timeWaitMax: z.number(),
      timeWaitEnd: z.number(),
      inUseMax: z.number(),
      establishedMax: number.optional(),
    })
    .nullable(),
  perSecond: z.object({ by: z.enum(['connections', 'segments']), rates: z.array(z.number()) }).nullish(),
  pressureUs: counts.nullable(),
  throttledUs: number,
  frequencyMhz: z.object({ min: z.number(), max: z.number() }).nullable(),
  samples: z.number(),
});

export const recordSchema = z.object({
  schemaVersion: z.literal(1),
  cell: z.string(),
  trial: z.int().positive(),
  attempt: z.int().positive(),
  sequence: count,
  startedAt: z.iso.datetime(),
  outcome,
  stage: z
    .object({
      kind: z.enum(['namespace', 'host']),
      rootless: z.boolean(),
      address: z.string().optional(),
      copied: words,
      timeWaitBefore: z.number(),
    })
    .nullable(),
  proofs: z.array(
    z.object({ setting: z.string(), asked: z.string(), before: text, during: text, held: z.boolean(), detail: text }),
  ),
  replies: z.array(
    z.object({
      when: z.enum(['before', 'after']),
      ok: z.boolean(),
      status: number,
      body: z.string(),
      problem: text,
      headers: words,
    }),
  ),
  observation: observation.nullable(),
  stepsMs: z.record(z.string(), z.number().nonnegative().max(1e12)),
  server: z
    .object({ alive: z.boolean(), code: number, signal: text, killed: z.boolean(), restarted: z.boolean() })
    .nullable(),
  serverLog: z.string(),
  logs: z.array(z.string()),
});
