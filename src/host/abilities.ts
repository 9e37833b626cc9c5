import type { Host } from '../model/host.ts';
import type { MachineAbilities } from '../model/machine.ts';
import { reader } from './machine-reader.ts';

const CPU = '/sys/devices/system/cpu';
/** Inode of the initial user namespace (PROC_USER_INIT_INO): a capability counts for limits only there. */
const INITIAL_USER_NAMESPACE = 'user:[4026531837]';
const CAP_SYS_NICE = 23n;
const CAP_SYS_RESOURCE = 24n;

/** prlimit's names -> the rows of /proc/PID/limits. */
const LIMIT_ROWS: Readonly<Record<string, string>> = {
  nofile: 'Max open files',
  nproc: 'Max processes',
  core: 'Max core file size',
  memlock: 'Max locked memory',
  stack: 'Max stack size',
  as: 'Max address space',
  fsize: 'Max file size',
};

/** Reads what the runner may set. What cannot be read is taken for not allowed. */
export async function readAbilities(host: Host): Promise<MachineAbilities> {
  const read = reader(host);
  const self = `/proc/${host.pid}`;
  const limits = (await read(`${self}/limits`)) ?? '';
  const niceness = nicenessOf((await read(`${self}/stat`)) ?? '');
  const initial = (await host.readLink(`${self}/ns/user`).catch(() => '')) === INITIAL_USER_NAMESPACE;
  const capable = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec((await read(`${self}/status`)) ?? '')?.[1] ?? '0'}`);
  const has = (capability: bigint): boolean => initial && ((capable >> capability) & 1n) === 1n;
  // RLIMIT_NICE of 20 allows niceness 0, 40 allows -20.
  const allowed = 20 - Number(hardLimit(limits, 'Max nice priority') ?? 0);
  return {
    hardLimits: Object.fromEntries(
      Object.entries(LIMIT_ROWS)
        .map(([name, row]) => [name, hardLimit(limits, row)] as const)
        .filter((entry): entry is readonly [string, number | 'unlimited'] => entry[1] !== null),
    ),
    raisesLimits: has(CAP_SYS_RESOURCE),
    openFilesHighest: numberOf(await read('/proc/sys/fs/nr_open')),
    niceness,
    lowestNiceness: has(CAP_SYS_NICE) ? -20 : Math.max(-20, Math.min(niceness, Number.isNaN(allowed) ? -20 : allowed)),
    governors: (await read(`${CPU}/cpu0/cpufreq/scaling_available_governors`))?.split(/\s+/) ?? [],
    turboSwitch: (await read(`${CPU}/cpufreq/boost`))
      ? 'boost'
      : (await read(`${CPU}/intel_pstate/no_turbo`))
        ? 'no_turbo'
        : null,
  };
}

/** `Max open files   1024   20000   files` -> 20000. */
function hardLimit(limits: string, row: string): number | 'unlimited' | null {
  const line = limits.split('\n').find((one) => one.startsWith(row));
  const hard = line?.slice(row.length).trim().split(/\s+/)[1];
  return hard === 'unlimited' ? hard : numberOf(hard);
}

/** Field 19 of /proc/PID/stat, counted behind the command name, which may hold spaces and brackets. */
const nicenessOf = (stat: string): number => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16] ?? 0);

const numberOf = (text: string | null | undefined): number | null =>
  text !== null && text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
