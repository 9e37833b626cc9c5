import si from 'systeminformation';
import type { Host } from '../model/host.ts';
import type { MachineFacts } from '../model/machine.ts';
import { readAbilities } from './abilities.ts';
import { parseCpuList } from './cpu-list.ts';
import { cpuQuota } from './cpu-quota.ts';
import { kernelParameters } from './kernel-parameters.ts';
import { type ReadOrNull, reader } from './machine-reader.ts';
import { readTopology } from './topology.ts';
import { readVirtualization } from './virtualization.ts';

const CPU = '/sys/devices/system/cpu';

/** Reads what the machine is and how it is set. What cannot be read is null, never "off". Some 50 ms. */
export async function readMachine(host: Host): Promise<MachineFacts> {
  const read = reader(host);
  const [cpu, os, topology] = await Promise.all([si.cpu(), si.osInfo(), readTopology(host)]);
  const self = `/proc/${host.pid}`;
  return {
    hostname: (await read('/proc/sys/kernel/hostname')) ?? os.hostname,
    cpu: {
      model: await cpuModel(read, `${cpu.manufacturer} ${cpu.brand}`.trim()),
      logical: topology.length,
      physical: countOf(topology, (place) => (place.core === null ? null : `${place.socket}:${place.siblings[0]}`)),
      sockets: countOf(topology, (place) => (place.socket === null ? null : String(place.socket))),
      microcode: await microcode(read),
    },
    memoryBytes: Number(/^MemTotal:\s+(\d+) kB/m.exec((await read('/proc/meminfo')) ?? '')?.[1] ?? 0) * 1024,
    kernel: (await read('/proc/sys/kernel/osrelease')) ?? os.kernel,
    os: [os.distro, os.release, os.arch].filter(Boolean).join(' '),
    virtualization: await readVirtualization(host),
    topology,
    allowedCpus: parseCpuList(/^Cpus_allowed_list:\s+(\S+)/m.exec((await read(`${self}/status`)) ?? '')?.[1] ?? ''),
    cpuQuota: await cpuQuota(host),
    governor: await governors(
      read,
      topology.map((place) => place.cpu),
    ),
    turbo: await turbo(read),
    smt: flag(await read(`${CPU}/smt/active`)),
    transparentHugepages: chosen(await read('/sys/kernel/mm/transparent_hugepage/enabled')),
    aslr: await read('/proc/sys/kernel/randomize_va_space'),
    clocksource: await read('/sys/devices/system/clocksource/clocksource0/current_clocksource'),
    nofileHard: numberOf(/^Max open files\s+\S+\s+(\S+)/m.exec((await read(`${self}/limits`)) ?? '')?.[1]),
    kernelCommandLine: kernelParameters(await read('/proc/cmdline')),
    vulnerabilities: await vulnerabilities(host, read),
    loadAverage: loadAverage(await read('/proc/loadavg')),
    node: process.version,
    bootId: (await read('/proc/sys/kernel/random/boot_id')) ?? '',
    abilities: await readAbilities(host),
  };
}

/** The kernel's own line where it has one (x86); else what systeminformation makes of lscpu and its tables. */
async function cpuModel(read: ReadOrNull, otherwise: string): Promise<string> {
  return /^model name\s*:\s*(.+)$/m.exec((await read('/proc/cpuinfo')) ?? '')?.[1]?.trim() ?? otherwise;
}

async function microcode(read: ReadOrNull): Promise<string | null> {
  const direct = await read(`${CPU}/cpu0/microcode/version`);
  return direct ?? /^microcode\s*:\s*(\S+)/m.exec((await read('/proc/cpuinfo')) ?? '')?.[1] ?? null;
}

/** One governor, or the several that the CPUs have. */
async function governors(read: ReadOrNull, cpus: readonly number[]): Promise<string | null> {
  const found = await Promise.all(cpus.map((cpu) => read(`${CPU}/cpu${cpu}/cpufreq/scaling_governor`)));
  const names = [...new Set(found.filter((name): name is string => name !== null))];
  return names.length === 0 ? null : names.join(', ');
}

async function turbo(read: ReadOrNull): Promise<boolean | null> {
  const boost = flag(await read(`${CPU}/cpufreq/boost`));
  if (boost !== null) return boost;
  const off = flag(await read(`${CPU}/intel_pstate/no_turbo`));
  return off === null ? null : !off;
}

async function vulnerabilities(host: Host, read: ReadOrNull): Promise<Record<string, string>> {
  const names = await host.list(`${CPU}/vulnerabilities`).catch(() => []);
  const entries = await Promise.all(
    names.sort().map(async (name) => [name, await read(`${CPU}/vulnerabilities/${name}`)]),
  );
  return Object.fromEntries(entries.filter(([, text]) => text !== null));
}

const flag = (text: string | null): boolean | null => (text === '1' ? true : text === '0' ? false : null);

/** `always [madvise] never` -> `madvise`. */
const chosen = (text: string | null): string | null => /\[(\S+)\]/.exec(text ?? '')?.[1] ?? null;

/** `unlimited` is not a number that a report can show: Infinity does not survive JSON. */
const numberOf = (text: string | undefined): number | null =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : null;

function loadAverage(text: string | null): [number, number, number] {
  const [one = 0, five = 0, fifteen = 0] = (text ?? '').split(' ').map(Number);
  return [one, five, fifteen];
}

/** Different values; null as soon as one is unknown. */
function countOf<T>(items: readonly T[], key: (item: T) => string | null): number | null {
  const keys = items.map(key);
  return keys.length === 0 || keys.includes(null) ? null : new Set(keys).size;
}
