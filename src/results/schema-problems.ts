import type { z } from 'zod';
import type { Problem } from '../model/errors.ts';

const MOST = 10;

/** What is wrong in a file that a program wrote: the first places, each with what was expected there. */
export function schemaProblems(error: z.ZodError): Problem[] {
  return error.issues.slice(0, MOST).map(({ path, message }) => ({
    where: path.map(String).join('.').slice(0, 200) || 'all of it',
    what: message.slice(0, 200),
  }));
}
