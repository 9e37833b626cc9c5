import { z } from 'zod';
import { experimentSchema } from '../experiment/schema.ts';
import { ExitCode, UserError } from '../model/errors.ts';
import { resultsSchema } from '../results/schema.ts';
import type { Printer } from './print.ts';

const SCHEMAS: Readonly<Record<string, z.ZodType>> = { experiment: experimentSchema, results: resultsSchema };

export async function schemaCommand(which: string, printer: Printer): Promise<ExitCode> {
  const schema = SCHEMAS[which];
  if (schema === undefined) {
    throw new UserError(`there is no schema ${JSON.stringify(which)}`, {
      exitCode: ExitCode.wrongInput,
      hint: `Choose one of ${Object.keys(SCHEMAS).join(', ')}.`,
    });
  }
  // A RegExp has no JSON form: its source (text) stands for it, and the other branch of the union says so.
  printer.result(JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), null, 2));
  return ExitCode.done;
}
