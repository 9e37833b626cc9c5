import { z } from 'zod';
import { controls, controlsShape } from './controls.ts';
import { loadSchema } from './load.ts';
import { serverSchema } from './server.ts';
import { markdown, name } from './values.ts';

const matchValue = z.union([z.string(), z.number(), z.boolean()]);

/** What a partial cell may name. */
export const MATCH_KEYS = [
  'server',
  'environment',
  'driver',
  'path',
  'method',
  'requests',
  'connections',
  'keepAlive',
  'pipelining',
  'rate',
  'arrivals',
  'http',
] as const;

const match = z
  .strictObject(Object.fromEntries(MATCH_KEYS.map((key) => [key, matchValue.optional()])) as Record<(typeof MATCH_KEYS)[number], z.ZodOptional<typeof matchValue>>)
  .describe('A partial cell: every key that is given must be equal.');

const environment = z
  .strictObject({ note: markdown.default('').describe('Markdown for the report.'), ...controlsShape })
  .describe('An environment: its note, and the settings that make it.');

const threshold = z
  .strictObject({
    match: match.default({}).describe('The cells that it is for. Default: all.'),
    metric: z
      .enum(['requestsPerSecond', 'latencyUs.p50', 'latencyUs.p90', 'latencyUs.p99', 'latencyUs.p999', 'latencyUs.max', 'errors'])
      .describe('The figure.'),
    min: z.number().optional().describe('It must be at least this.'),
    max: z.number().optional().describe('It must be at most this.'),
  })
  .refine((one) => one.min !== undefined || one.max !== undefined, 'expected min or max')
  .describe('A figure that must hold, or the command exits with 1.');

export const experimentSchema = z
  .strictObject({
    title: z.string().min(1).describe('Title of the report.'),
    notes: markdown.default('').describe('Markdown that opens the report: what is the question?'),
    servers: z.array(serverSchema).min(1).describe('The servers.'),
    environments: z.record(name, environment).default({ default: { note: '' } }).describe('Named environments: an axis of the matrix.'),
    controls: controls.default({}).describe('Settings for every cell; a server\'s own come over them, an environment\'s over both.'),
    load: z.union([loadSchema, z.array(loadSchema).min(1)]).describe('The load, or several (their union).'),
    include: z.array(match).optional().describe('Only cells that match one of these.'),
    exclude: z.array(match).default([]).describe('No cell that matches one of these.'),
    trials: z.int().min(1).max(10_000).default(5).describe('Repetitions of each cell.'),
    seed: z.int().nonnegative().optional().describe('Seed of the order of trials. Default: drawn, and recorded.'),
    isolation: z.enum(['auto', 'namespace', 'host']).default('auto').describe('Where trials run: private namespaces, or the host.'),
    baseline: z
      .union([name, z.strictObject({ server: name.optional().describe('Server.'), environment: name.optional().describe('Environment.') })])
      .optional()
      .describe('What the others are compared with: a server, or {server, environment}.'),
    thresholds: z.array(threshold).default([]).describe('Figures that must hold.'),
    targets: z.array(z.string()).default([]).describe('Addresses other than this machine\'s own that loads may go to.'),
    report: z
      .strictObject({
        template: z.string().default('article').describe('A template\'s name, or the path of your own beside the experiment.'),
        locale: z.string().default('en').describe('Language: en or zh-CN.'),
      })
      .default({ template: 'article', locale: 'en' })
      .describe('The report.'),
  })
  .describe('A loadcell experiment.');

export type ExperimentInput = z.input<typeof experimentSchema>;
export type Experiment = z.output<typeof experimentSchema>;
