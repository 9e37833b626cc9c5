import { z } from 'zod';

const end = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('requests'), requests: z.int().positive() }),
  z.strictObject({ kind: z.literal('duration'), durationMs: z.number().positive() }),
]);

/** A load as run.json holds it. It goes into results.json as it is, whose schema has no other fields. */
export const storedLoad = z.strictObject({
  driver: z.string(),
  path: z.string(),
  method: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string().nullable(),
  stop: end,
  connections: z.int().positive(),
  keepAlive: z.boolean(),
  pipelining: z.int().positive(),
  warmup: end.nullable(),
  timeoutMs: z.number().positive(),
  rate: z.strictObject({ perSecond: z.number().positive(), arrivals: z.enum(['constant', 'poisson']) }).nullable(),
  http: z.enum(['1.1', '2']),
});
