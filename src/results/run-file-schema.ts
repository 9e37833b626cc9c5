import { z } from 'zod';
import { citedSchema } from './calibration-schema.ts';
import { storedLoad } from './load-schema.ts';

/**
 * run.json as it is read again. It names files and processes, and it may have been edited, cut short or come from
 * somewhere else: what is used of it is looked at here, fields that nobody knows are let pass.
 */

const names = z.record(z.string(), z.string());
const argv = z.array(z.string()).min(1);
/** Ids become file names. */
const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/, 'expected a name that can be a file’s');
const matcher = z.object({ argv, pattern: z.string() }).nullable();
const byRole = <T extends z.ZodType>(value: T) => z.object({ server: value, generator: value });

const settings = z.object({
  cpus: byRole(z.array(z.int().nonnegative()).nullable()),
  ulimit: byRole(z.record(z.string(), z.union([z.number(), z.literal('unlimited')]))),
  nice: byRole(z.int().nullable()),
  env: byRole(names),
  sysctl: z.record(
    z.string().regex(/^[a-z0-9_-]+(\.[A-Za-z0-9_-]+)+$/, 'expected a sysctl key'),
    z.object({ value: z.string(), optional: z.boolean() }),
  ),
  machine: z.object({
    governor: z.string().optional(),
    turbo: z.boolean().optional(),
    transparentHugepages: z.enum(['always', 'madvise', 'never']).optional(),
    aslr: z.union([z.literal(0), z.literal(1), z.literal(2)]).optional(),
  }),
  network: z
    .object({
      rateMbit: z.number().optional(),
      lossPercent: z.number().optional(),
      delayMs: z.number().optional(),
    })
    .nullable(),
});

const server = z.object({
  name: fileName,
  title: z.string(),
  note: z.string(),
  folder: z.string(),
  requires: z.array(
    z.object({ command: z.string(), apt: z.string().nullable(), install: z.array(argv), verify: matcher }),
  ),
  keepAlive: z.boolean(),
  build: z.object({ inputs: z.array(z.string()), steps: z.array(argv) }).nullable(),
  pip: z.array(z.string()),
  files: names,
  command: argv,
  cwd: z.string().nullable(),
  port: z.int().min(1).max(65_535),
  ready: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('http'), path: z.string(), timeoutMs: z.number() }),
    z.object({ kind: z.literal('tcp'), timeoutMs: z.number() }),
    z.object({ kind: z.literal('log'), pattern: z.string(), timeoutMs: z.number() }),
  ]),
  reply: z.object({ status: z.int(), body: z.string().nullable(), headers: names }),
  version: matcher,
  stop: z.object({ signal: z.enum(['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGKILL']), patienceMs: z.number() }),
  show: z.array(z.string()),
});

const plan = z.object({
  schemaVersion: z.literal(1),
  experiment: z.object({
    name: fileName,
    title: z.string(),
    notes: z.string(),
    file: z.string(),
    digest: z.string(),
  }),
  seed: z.number(),
  trials: z.int().positive(),
  quick: z.boolean(),
  isolation: z.enum(['auto', 'namespace', 'host']),
  relax: z.boolean(),
  servers: z.array(server),
  environments: z.array(z.object({ name: fileName, note: z.string() })),
  cells: z.array(
    z.object({
      id: fileName,
      server: z.string(),
      environment: z.string(),
      load: storedLoad,
      settings,
      skip: z.string().nullable(),
    }),
  ),
  order: z.array(z.object({ cell: z.string(), trial: z.int().positive() })),
  baseline: z.object({ server: z.string().optional(), environment: z.string().optional() }).nullable(),
  thresholds: z.array(
    z.object({
      match: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
      metric: z.enum([
        'requestsPerSecond',
        'latencyUs.p50',
        'latencyUs.p90',
        'latencyUs.p99',
        'latencyUs.p999',
        'latencyUs.max',
        'errors',
      ]),
      min: z.number().nullable(),
      max: z.number().nullable(),
    }),
  ),
  report: z.object({ template: z.string(), locale: z.string() }),
});

const options = z.object({
  only: z.string().optional(),
  trials: z.int().positive().optional(),
  driver: z.string().optional(),
  isolation: plan.shape.isolation.optional(),
  quick: z.boolean().optional(),
  relax: z.boolean().optional(),
});

/** One for each name: a cell that is there twice would be folded twice. */
const consistentPlan = plan.superRefine(({ cells, servers, order }, context) => {
  const ids = new Set(cells.map((cell) => cell.id));
  const known = new Set(servers.map((one) => one.name));
  const wrong = (path: PropertyKey[], message: string): void => context.addIssue({ code: 'custom', path, message });
  if (ids.size < cells.length) wrong(['cells'], 'two cells have one id');
  if (known.size < servers.length) wrong(['servers'], 'two servers have one name');
  for (const [index, cell] of cells.entries())
    if (!known.has(cell.server)) wrong(['cells', index, 'server'], 'there is no such server');
  for (const [index, slot] of order.entries())
    if (!ids.has(slot.cell)) wrong(['order', index, 'cell'], 'there is no such cell');
});

const text = z.string().nullable();
const number = z.number().nullable();

const machine = z.object({
  hostname: z.string(),
  cpu: z.object({ model: z.string(), logical: z.number(), physical: number, sockets: number, microcode: text }),
  memoryBytes: z.number().nonnegative(),
  kernel: z.string(),
  os: z.string(),
  virtualization: text,
  topology: z.array(
    z.object({
      cpu: z.int(),
      core: number,
      socket: number,
      node: number,
      siblings: z.array(z.int()),
      isolated: z.boolean(),
    }),
  ),
  allowedCpus: z.array(z.int()),
  cpuQuota: number,
  governor: text,
  turbo: z.boolean().nullable(),
  smt: z.boolean().nullable(),
  transparentHugepages: text,
  aslr: text,
  clocksource: text,
  nofileHard: number,
  kernelCommandLine: text,
  vulnerabilities: names,
  loadAverage: z.tuple([z.number(), z.number(), z.number()]),
  node: z.string(),
  bootId: z.string(),
});

const problems = z.array(z.object({ where: z.string(), what: z.string(), remedy: z.string().optional() }));

export const runFileSchema = z.object({
  schemaVersion: z.literal(1),
  id: z.string(),
  startedAt: z.iso.datetime(),
  loadcell: z.string(),
  plan: consistentPlan,
  options: options.optional(),
  machine,
  isolation: z.object({ kind: z.enum(['namespace', 'host']), rootless: z.boolean(), reason: z.string() }),
  servers: z.record(
    z.string(),
    z.object({
      version: text,
      shown: z.array(z.object({ name: z.string(), language: z.string(), text: z.string() })),
      command: z.array(z.string()),
    }),
  ),
  drivers: z.record(z.string(), z.object({ version: z.string() })),
  git: z.object({ commit: z.string(), dirty: z.boolean() }).nullable(),
  relaxed: problems,
  notRun: names,
  calibration: citedSchema.nullish(),
  resumed: z
    .array(
      z.object({ startedAt: z.iso.datetime(), loadcell: z.string(), trials: z.int().nonnegative(), changed: problems }),
    )
    .optional(),
});
