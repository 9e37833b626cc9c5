import { z } from 'zod';

/** Parts of a certificate that a run keeps and a report prints: a file that may have been edited or cut short. */

const perSecond = z.number().positive();

export const baselineSchema = z.object({ server: z.string(), version: z.string().nullable(), connections: z.int() });

export const noiseSchema = z.array(
  z.object({
    driver: z.string(),
    connections: z.enum(['kept', 'fresh']),
    median: z.number().nonnegative(),
    worst: z.number().nonnegative(),
    pairs: z.int(),
  }),
);

export const ceilingSchema = z.object({
  perSecond,
  busyCores: z.number().nullable(),
  busyShare: z.number().nullish(),
});

/** `calibration` of run.json. */
export const citedSchema = z.object({
  date: z.iso.datetime(),
  loadcell: z.string(),
  baseline: baselineSchema,
  noise: noiseSchema,
  drivers: z.record(
    z.string(),
    z.object({ version: z.string(), keepAlive: ceilingSchema.nullable(), fresh: ceilingSchema.nullable() }),
  ),
});
