import { z } from 'zod';
import { controls } from './controls.ts';
import { argv, duration, markdown, name, pattern, urlPath } from './values.ts';

/** Names that a recipe may write between double braces in its command, build steps and files. */
export const PLACEHOLDERS = ['port', 'address', 'recipe', 'trial', 'build', 'venv', 'node'] as const;

const filled = argv.superRefine((words, context) => {
  for (const [index, word] of words.entries()) {
    for (const [, found] of word.matchAll(/\{\{\s*([^}]*?)\s*\}\}/g)) {
      if ((PLACEHOLDERS as readonly string[]).includes(found as string)) continue;
      context.addIssue({
        code: 'custom',
        path: [index],
        message: `unknown placeholder {{${found}}}; expected one of ${PLACEHOLDERS.map((one) => `{{${one}}}`).join(', ')}`,
      });
    }
  }
});

const proof = z.strictObject({
  command: argv.describe('argv that prints something only the right program prints.'),
  pattern: pattern.describe('Regular expression that its output must match.'),
});

const requirement = z.strictObject({
  command: z.string().min(1).describe('A command that must be on the machine.'),
  apt: z.string().optional().describe('Debian package that brings it.'),
  install: z.array(argv).default([]).describe('Other way in: commands to run, with {{bin}} for a folder of ours.'),
  verify: proof.optional().describe('Proves that the command is the right one; names collide.'),
});

const ready = z
  .union([
    z.strictObject({ http: urlPath.describe('Path that must answer.'), timeout: duration.default(10_000).describe('How long to wait.') }),
    z.strictObject({ tcp: z.literal(true).describe('An accepted connection is enough.'), timeout: duration.default(10_000).describe('How long to wait.') }),
    z.strictObject({ log: pattern.describe('A line of its output that says so.'), timeout: duration.default(10_000).describe('How long to wait.') }),
  ])
  .describe('When the server is ready: an HTTP path answers, a TCP port accepts, or a log line appears.');

const reply = z
  .strictObject({
    status: z.int().min(100).max(599).default(200).describe('Status of every reply.'),
    body: z.string().optional().describe('Exact body of every reply; left out: any.'),
    headers: z.record(z.string(), z.string()).default({}).describe('Headers that must be there.'),
  })
  .describe('The reply that every request must get. Any other reply is an error.');

const relative = z
  .string()
  .min(1)
  .refine((path) => !path.startsWith('/') && !path.split('/').includes('..'), 'expected a path inside the folder, without ".."');

export const serverSchema = z
  .strictObject({
    name: name.describe('Names the server in cells, files and tables.'),
    title: z.string().optional().describe('As the report calls it. Default: the name.'),
    note: markdown.default('').describe('Markdown for its section of the report.'),
    folder: z.string().describe('The recipe\'s folder: import.meta.url, or an absolute path. {{recipe}} in templates.'),
    requires: z.array(requirement).default([]).describe('Commands that must be on the machine, with the packages that bring them.'),
    pip: z.array(z.string().min(1)).default([]).describe('Python packages (pip requirement lines) for a virtual environment of ours, {{venv}}.'),
    build: z
      .strictObject({
        inputs: z.array(relative).min(1).describe('Files that the build depends on; it is done again when one changes.'),
        steps: z.array(filled).min(1).describe('Commands, run in the recipe\'s folder. {{build}} is where the result goes.'),
      })
      .optional()
      .describe('How to build it, once; the result is kept by content.'),
    files: z.record(relative, relative).default({}).describe('Files rendered with Handlebars into the trial\'s folder: name there -> template here.'),
    command: filled.describe(`argv that starts it. Placeholders: ${PLACEHOLDERS.join(', ')}.`),
    cwd: z.string().optional().describe('Working folder. Default: the trial\'s folder.'),
    port: z.union([z.literal('auto'), z.int().min(1).max(65_535)]).default('auto').describe('TCP port that it listens on.'),
    ready: ready.default({ tcp: true, timeout: 10_000 }),
    reply: reply.default({ status: 200, headers: {} }),
    keepAlive: z.boolean().default(true).describe('Whether it keeps connections open; loads that need it are not run where it does not.'),
    version: proof.optional().describe('Prints its version; the first group of the pattern is it.'),
    stop: z
      .strictObject({
        signal: z.enum(['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGKILL']).default('SIGTERM').describe('Signal that stops it.'),
        patience: duration.default(5_000).describe('How long it may take before SIGKILL.'),
      })
      .default({ signal: 'SIGTERM', patience: 5_000 })
      .describe('How to stop it.'),
    show: z.array(relative).default([]).describe('Files that the report shows.'),
    controls: controls.default({}).describe('Settings for this server only.'),
  })
  .describe('A server and how to run it.');

export type ServerInput = z.input<typeof serverSchema>;
export type ServerDefinition = z.output<typeof serverSchema>;
