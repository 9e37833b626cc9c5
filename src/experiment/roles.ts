import { z } from 'zod';
import type { Role } from '../model/plan.ts';

/** What is declared for each end; a missing end is not declared. */
export type ByRole<T> = { [R in Role]?: T | undefined };

/**
 * One value, or one for each end. A value alone is the server's: it is what an experiment is about. `forBoth` names the
 * values that make sense for both ends only (`cpus: false`).
 */
export function byRole<T extends z.ZodType>(
  value: T,
  what: string,
  forBoth: (given: z.output<T>) => boolean = () => false,
) {
  const alone = value.transform(
    (given): ByRole<z.output<T>> => (forBoth(given) ? { server: given, generator: given } : { server: given }),
  );
  const each = z
    .strictObject({
      server: value.optional().describe(`${what} of the server.`),
      generator: value.optional().describe(`${what} of the load generator.`),
    })
    .transform((given) => given as ByRole<z.output<T>>);
  return z.union([alone, each]);
}
