import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { controls } from './controls.ts';
import { duration, positiveDuration } from './durations.ts';
import { argv, line, markdown, name, pattern, relativePath, urlPath } from './values.ts';

/** A command and what its output must say. */
const answer = (what: string) => ({
  command: argv.describe(`argv that prints ${what}.`),
  pattern: pattern.describe(
    'Regular expression for its output; the first group, if there is one, is what is looked for.',
  ),
});

// Package names never start with "-": one that did would be an option of the installer that runs as root.
const requirement = z
  .strictObject({
    command: z
      .string()
      .regex(/^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/, 'expected the name of a command, such as "nginx"')
      .describe('A command that must be on the machine.'),
    apt: z
      .string()
      .regex(/^[a-z0-9][a-z0-9+.-]+$/, 'expected the name of a Debian package')
      .optional()
      .describe('Debian package that brings it. Default: none.'),
    install: z
      .array(argv)
      .default([])
      .describe(
        "Another way in: commands to run, with {{bin}} for the folder of loadcell's own programs. Default: none.",
      ),
    verify: z
      .strictObject(answer('something that only the right program prints'))
      .optional()
      .describe('Proof that the command is the right one; names collide. Default: none.'),
  })
  .describe('A command that must be on the machine, and what brings it.');

const pipRequirement = z
  .string()
  .regex(/^[A-Za-z0-9]\P{Cc}*$/u, 'expected a requirement such as "aiohttp==3.14.5"; options are not taken');

/** A module's URL stands for the folder that it is in. Becomes an absolute path. */
const folder = z
  .string()
  .refine((given) => folderOf(given) !== null, 'expected import.meta.url, or an absolute path')
  .transform((given) => folderOf(given) ?? given);

function folderOf(given: string): string | null {
  if (given.includes('\0')) return null;
  if (!given.startsWith('file:')) return given.startsWith('/') ? resolve(given) : null;
  try {
    return dirname(fileURLToPath(given));
  } catch {
    return null;
  }
}

const ready = z
  .strictObject({
    http: urlPath.optional().describe('This path answers.'),
    tcp: z.literal(true).optional().describe('The port accepts a connection.'),
    log: pattern.optional().describe('A line of its output matches.'),
    timeout: positiveDuration.prefault('10s').describe('How long it may take. Default: "10s".'),
  })
  .describe('When it is ready: exactly one of http, tcp and log. Default: tcp.');

const reply = z
  .strictObject({
    status: z.int().min(100).max(599).default(200).describe('Status of every reply. Default: 200.'),
    body: z.string().optional().describe('Exact body of every reply. Default: any.'),
    headers: z
      .record(z.string().min(1), z.string())
      .default({})
      .transform((given) => Object.fromEntries(Object.entries(given).map(([key, value]) => [key.toLowerCase(), value])))
      .describe('Headers that must be there. Default: none.'),
  })
  .describe('The reply that every request must get; any other is an error.');

const build = z
  .strictObject({
    inputs: z.array(relativePath).min(1).describe("Files of the recipe's folder; when one changes it is built again."),
    steps: z.array(argv).min(1).describe("Commands (argv), run in the recipe's folder; {{build}} is where results go."),
  })
  .describe('How to build it, once; the result is kept by content.');

export const serverSchema = z
  .strictObject({
    name: name.describe('Names the server in cells, files and tables.'),
    title: line.min(1).optional().describe('As the report calls it. Default: the name.'),
    note: markdown.default('').describe('Markdown for its section of the report. Default: none.'),
    folder: folder.describe(
      "The recipe's folder: import.meta.url or an absolute path. {{recipe}} in commands and templates.",
    ),
    requires: z.array(requirement).default([]).describe('Commands that must be on the machine. Default: none.'),
    pip: z
      .array(pipRequirement)
      .default([])
      .describe(
        'Python packages (pip requirements) for a virtual environment of its own, {{venv}}, which --install makes. Default: none.',
      ),
    build: build.optional(),
    files: z
      .record(relativePath, relativePath)
      .default({})
      .describe(
        "Files that are rendered with Handlebars into the trial's folder: name there -> template in the recipe's folder. Default: none.",
      ),
    command: argv.describe(
      'argv that starts it, in the foreground. Placeholders: {{port}}, {{address}}, {{recipe}}, {{trial}}, {{node}}, and {{venv}} and {{build}} where the recipe has them.',
    ),
    cwd: z.string().min(1).optional().describe("Working folder; takes placeholders. Default: the trial's folder."),
    port: z
      .union([z.literal('auto'), z.int().min(1).max(65_535)])
      .default('auto')
      .describe('TCP port that it listens on. Default: "auto", one of its own.'),
    ready: ready.prefault({ tcp: true }),
    reply: reply.prefault({}),
    keepAlive: z
      .boolean()
      .default(true)
      .describe(
        'Whether it keeps connections open when asked to; loads that ask are not run where it does not. Default: true.',
      ),
    version: z.strictObject(answer('its version')).optional().describe('How to learn its version. Default: unknown.'),
    stop: z
      .strictObject({
        signal: z
          .enum(['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGKILL'])
          .default('SIGTERM')
          .describe('Signal that stops it. Default: "SIGTERM".'),
        patience: duration.prefault('5s').describe('How long it may take before SIGKILL. Default: "5s".'),
      })
      .prefault({})
      .describe('How to stop it.'),
    show: z
      .array(relativePath)
      .default([])
      .describe("Files that the report shows: rendered ones, or those of the recipe's folder. Default: none."),
    controls: controls
      .default({})
      .describe("Settings for this server only; they win over the experiment's. Default: none."),
  })
  .describe('A server and how to run it.');

export type ServerInput = z.input<typeof serverSchema>;
export type ServerDefinition = z.output<typeof serverSchema>;
