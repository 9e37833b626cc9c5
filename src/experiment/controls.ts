import { z } from 'zod';
import type { SysctlSetting } from '../model/plan.ts';

/** Settings of the machine and of the two processes, as an experiment, an environment or a server declares them. */

const CPU_LIST = /^\d+(-\d+)?(,\d+(-\d+)?)*$/;

const cpuChoice = z
  .union([
    z.literal('auto'),
    z.literal(false),
    z.array(z.int().nonnegative()).min(1),
    z.string().regex(CPU_LIST, 'expected CPU numbers such as [0], "0-1,3", "auto" or false'),
  ])
  .transform((value): 'auto' | false | number[] => (typeof value === 'string' && value !== 'auto' ? cpuNumbers(value) : (value as 'auto' | false | number[])));

/** '0-2,5' -> [0,1,2,5]. */
export function cpuNumbers(list: string): number[] {
  return list.split(',').flatMap((part) => {
    const [from, to] = part.split('-').map(Number) as [number, number | undefined];
    return Array.from({ length: Math.min(4096, (to ?? from) - from + 1) }, (_, index) => from + index);
  });
}

/** A value for the server alone, or one for each role. */
function byRole<T extends z.ZodType>(value: T, what: string) {
  return z
    .union([
      value,
      z.strictObject({
        server: value.optional().describe(`${what} of the server.`),
        generator: value.optional().describe(`${what} of the load generator.`),
      }),
    ])
    .transform((given): { server?: z.output<T> | undefined; generator?: z.output<T> | undefined } =>
      isByRole(given) ? given : { server: given as z.output<T> },
    );
}

function isByRole<T>(given: unknown): given is { server?: T | undefined; generator?: T | undefined } {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return false;
  const keys = Object.keys(given);
  return keys.length > 0 && keys.every((key) => key === 'server' || key === 'generator');
}

const limit = z.union([z.int().nonnegative(), z.literal('unlimited')]);
const limits = z.strictObject({
  nofile: limit.optional().describe('Open files (RLIMIT_NOFILE).'),
  nproc: limit.optional().describe('Processes and threads of the user (RLIMIT_NPROC).'),
  core: limit.optional().describe('Core file size, bytes.'),
  memlock: limit.optional().describe('Locked memory, bytes.'),
  stack: limit.optional().describe('Stack size, bytes.'),
  as: limit.optional().describe('Address space, bytes.'),
  fsize: limit.optional().describe('File size, bytes.'),
});

const sysctlValue = z
  .union([z.int(), z.string().min(1), z.boolean(), z.array(z.int()).min(1)])
  .transform((value) => (Array.isArray(value) ? value.join(' ') : typeof value === 'boolean' ? String(Number(value)) : String(value)));

const sysctl = z
  .union([
    sysctlValue,
    z.strictObject({
      value: sysctlValue.describe('The value; a list for a tuple.'),
      optional: z.boolean().default(false).describe('A key that this kernel does not have is reported, not refused.'),
    }),
  ])
  .transform((given): SysctlSetting => (typeof given === 'string' ? { value: given, optional: false } : given));

const sysctlKey = z
  .string()
  .regex(/^[a-z0-9_-]+([./][A-Za-z0-9_-]+)+$/, 'expected a sysctl key such as "net.core.somaxconn"');

const network = z.strictObject({
  rateMbit: z.number().positive().optional().describe('Link rate in Mbit/s (token bucket).'),
  lossPercent: z.number().min(0).max(100).optional().describe('Packets lost on the way to the server, percent.'),
  delayMs: z.number().nonnegative().optional().describe('One-way delay in ms; needs netem in the kernel.'),
});

export const controlsShape = {
  cpus: byRole(cpuChoice, 'CPUs')
    .optional()
    .describe('CPUs to pin to: numbers, a list such as "0-1,3", "auto" (default: one core for the server, the others for the generator) or false (not pinned).'),
  ulimit: byRole(limits, 'Resource limits')
    .optional()
    .describe('Resource limits, soft and hard. Default: nofile at the hard limit of the runner, so that neither side runs out of files unless asked to.'),
  nice: byRole(z.int().min(-20).max(19), 'Niceness').optional().describe('Niceness, -20 (first) to 19 (last). Default: inherited.'),
  env: byRole(z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string()), 'Environment variables')
    .optional()
    .describe('Environment variables that are added.'),
  sysctl: z.record(sysctlKey, sysctl).optional().describe('Kernel settings by key. Namespaced ones (most of net.*) are set in the trial\'s own namespace; the others on the machine, and restored.'),
  governor: z.string().regex(/^[a-z_]+$/).optional().describe('CPU frequency governor of every CPU, such as "performance".'),
  turbo: z.boolean().optional().describe('Whether the CPU may exceed its nominal frequency.'),
  transparentHugepages: z.enum(['always', 'madvise', 'never']).optional().describe('Transparent huge pages.'),
  aslr: z.union([z.literal(0), z.literal(1), z.literal(2)]).optional().describe('Address space layout randomisation (kernel.randomize_va_space).'),
  network: network.optional().describe('Network shaping between generator and server. Default: plain loopback.'),
};

export const controls = z.strictObject(controlsShape).describe('What is set for the server, the generator and the machine.');
export type Controls = z.output<typeof controls>;
