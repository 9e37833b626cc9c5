import { z } from 'zod';
import type { SysctlSetting } from '../model/plan.ts';
import { cpuChoice } from './cpus.ts';
import { byRole } from './roles.ts';

/** Settings of the machine and of the two processes, as an experiment, a server or an environment declares them. */

const limit = z.union([z.int().nonnegative(), z.literal('unlimited')]);

const limits = z.strictObject({
  // No "unlimited" here: the kernel refuses more than fs.nr_open.
  nofile: z
    .int()
    .min(1)
    .optional()
    .describe("Open files. Default: the runner's hard limit or 65,536, whichever is less."),
  nproc: limit.optional().describe('Processes and threads of the user. Default: inherited.'),
  core: limit.optional().describe('Size of a core file, bytes. Default: inherited.'),
  memlock: limit.optional().describe('Locked memory, bytes. Default: inherited.'),
  stack: limit.optional().describe('Stack, bytes. Default: inherited.'),
  as: limit.optional().describe('Address space, bytes. Default: inherited.'),
  fsize: limit.optional().describe('Size of a written file, bytes. Default: inherited.'),
});

const sysctlText = z.string().regex(/^(?=.*\S)(?:\t|\P{Cc})*$/u, 'expected one line that is not empty');

const sysctlValue = z.union([z.int(), sysctlText, z.boolean(), z.array(z.int()).min(1)]).transform((value) => {
  if (Array.isArray(value)) return value.join(' ');
  return typeof value === 'boolean' ? String(Number(value)) : String(value);
});

const sysctl = z
  .union(
    [
      sysctlValue,
      z.strictObject({
        value: sysctlValue.describe('The value; a list of numbers for a tuple, true and false for 1 and 0.'),
        optional: z
          .boolean()
          .default(false)
          .describe('Whether a kernel that does not have the key is reported instead of refused. Default: false.'),
      }),
    ],
    { error: 'expected a whole number, a list of them, text, true, false, or {value, optional}' },
  )
  .transform((given): SysctlSetting => (typeof given === 'string' ? { value: given, optional: false } : given));

const sysctlKey = z
  .string()
  .regex(/^[a-z0-9_-]+(\.[A-Za-z0-9_-]+)+$/, 'expected a sysctl key with dots, such as "net.core.somaxconn"');

const environmentVariables = z.record(
  z.string().regex(/^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$/, 'expected the name of an environment variable'),
  z.string().refine((value) => !value.includes('\0'), 'expected no NUL character'),
);

const shaping = z
  .strictObject({
    rateMbit: z.number().positive().max(1_000_000).optional().describe('Rate, Mbit/s, each way. Default: not limited.'),
    lossPercent: z.number().min(0).max(100).optional().describe('Packets lost on arrival, percent. Default: 0.'),
    delayMs: z
      .number()
      .nonnegative()
      .max(60_000)
      .optional()
      .describe('Delay one way, ms; a round trip takes twice as long. Default: 0.'),
  })
  .describe('A shaped link.');

export const controlsShape = {
  cpus: byRole(cpuChoice, 'CPUs', (given) => given === 'auto' || given === false)
    .optional()
    .describe(
      'CPUs to pin to: numbers, a list such as "0-1,3", "auto" or false (not pinned). Numbers alone are the server\'s. Default: "auto": one whole core for the server, other cores of the same memory node for the generator.',
    ),
  ulimit: byRole(limits, 'Resource limits')
    .optional()
    .describe("Resource limits, soft and hard alike. Those without a role are the server's."),
  nice: byRole(z.int().min(-20).max(19), 'Niceness')
    .optional()
    .describe("Niceness, -20 (first) to 19 (last). A number alone is the server's. Default: inherited."),
  env: byRole(environmentVariables, 'Environment variables')
    .optional()
    .describe("Environment variables that are added. Those without a role are the server's. Default: none."),
  sysctl: z
    .record(sysctlKey, sysctl)
    .optional()
    .describe(
      "Kernel settings by key. Those of the network namespace are set in the trial's own; the others on the machine, and restored. Default: none.",
    ),
  governor: z
    .string()
    .regex(/^[a-z_]+$/, 'expected the name of a governor, such as "performance"')
    .optional()
    .describe('CPU frequency governor of every CPU, such as "performance". Default: as it is.'),
  turbo: z.boolean().optional().describe('Whether CPUs may exceed their nominal frequency. Default: as it is.'),
  transparentHugepages: z
    .enum(['always', 'madvise', 'never'])
    .optional()
    .describe('Transparent huge pages. Default: as it is.'),
  aslr: z
    .union([z.literal(0), z.literal(1), z.literal(2)])
    .optional()
    .describe('Address space layout randomisation (kernel.randomize_va_space). Default: as it is.'),
  network: z
    .union([z.literal(false), shaping])
    .optional()
    .describe(
      'Shaping of the network between generator and server; false takes it away again. Default: plain loopback.',
    ),
};

export const controls = z
  .strictObject(controlsShape)
  .describe('What is set for the server, the generator and the machine.');
export type Controls = z.output<typeof controls>;
