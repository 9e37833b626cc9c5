import { cpuGroupFolders } from '../../host/cpu-quota.ts';
import type { Host } from '../../model/host.ts';
import type { Observation } from '../../model/record.ts';
import {
  type CpuTicks,
  deltas,
  parseCounters,
  parseCpus,
  parsePressure,
  parseSoftnet,
  parseThrottled,
} from './parse-proc.ts';

/** The kernel's counters at one moment: of the stage's network namespace, and of the machine. */
export interface MachineCounters {
  network: Record<string, number> | null;
  softnet: Observation['softnet'];
  cpus: Record<string, CpuTicks>;
  pressureUs: Record<string, number> | null;
  throttledUs: number | null;
  frequencyMhz: number[];
}

const TICK_MS = 10;

export async function readCounters(host: Host, netRoot: string, cpus: readonly number[]): Promise<MachineCounters> {
  const read = (path: string): Promise<string | null> => host.readText(path).catch(() => null);
  const [softnet, stat] = await Promise.all(['/proc/net/softnet_stat', '/proc/stat'].map(read));
  return {
    network: await readNetwork(host, netRoot),
    softnet: parseSoftnet(softnet ?? ''),
    cpus: parseCpus(stat ?? ''),
    pressureUs: await pressures(read),
    throttledUs: await throttled(host, read),
    frequencyMhz: await frequencies(read, cpus),
  };
}

/** Counters of a network namespace. @param netRoot `/proc/<pid>/net` */
export async function readNetwork(host: Host, netRoot: string): Promise<MachineCounters['network']> {
  const files = [`${netRoot}/snmp`, `${netRoot}/netstat`].map((path) => host.readText(path).catch(() => null));
  const [snmp, netstat] = await Promise.all(files);
  return snmp == null || netstat == null ? null : { ...parseCounters(snmp), ...parseCounters(netstat) };
}

type Read = (path: string) => Promise<string | null>;

async function pressures(read: Read): Promise<Record<string, number> | null> {
  const kinds = ['cpu', 'memory', 'io'];
  const values = await Promise.all(
    kinds.map(async (kind) => [kind, parsePressure((await read(`/proc/pressure/${kind}`)) ?? '')] as const),
  );
  const known = values.filter((entry): entry is [string, number] => entry[1] !== null);
  return known.length === 0 ? null : Object.fromEntries(known);
}

/** The most of our own control group and those above it: each tells what it was held back by its own quota. */
async function throttled(host: Host, read: Read): Promise<number | null> {
  const folders = await cpuGroupFolders(host);
  const found = await Promise.all(
    folders.map(async (folder) => parseThrottled((await read(`${folder}/cpu.stat`)) ?? '')),
  );
  const known = found.filter((us): us is number => us !== null);
  return known.length === 0 ? null : Math.max(...known);
}

async function frequencies(read: Read, cpus: readonly number[]): Promise<number[]> {
  const texts = await Promise.all(
    cpus.map((cpu) => read(`/sys/devices/system/cpu/cpu${cpu}/cpufreq/scaling_cur_freq`)),
  );
  return texts.filter((text): text is string => text !== null).map((text) => Number(text) / 1000);
}

type Deltas = Pick<Observation, 'network' | 'softnet' | 'cpus' | 'pressureUs' | 'throttledUs' | 'frequencyMhz'>;

export function counterDeltas(before: MachineCounters, after: MachineCounters): Deltas {
  const frequencies = [...before.frequencyMhz, ...after.frequencyMhz];
  return {
    network: networkChange(before.network, after.network),
    softnet:
      before.softnet === null || after.softnet === null
        ? null
        : {
            processed: after.softnet.processed - before.softnet.processed,
            dropped: after.softnet.dropped - before.softnet.dropped,
            squeezed: after.softnet.squeezed - before.softnet.squeezed,
          },
    cpus: Object.fromEntries(Object.entries(after.cpus).map(([cpu, now]) => [cpu, cpuDelta(before.cpus[cpu], now)])),
    pressureUs:
      before.pressureUs === null || after.pressureUs === null
        ? null
        : { ...zeros(after.pressureUs), ...deltas(before.pressureUs, after.pressureUs) },
    throttledUs:
      before.throttledUs === null || after.throttledUs === null ? null : after.throttledUs - before.throttledUs,
    frequencyMhz: frequencies.length === 0 ? null : { min: Math.min(...frequencies), max: Math.max(...frequencies) },
  };
}

/** Gauges (`Tcp.CurrEstab`, limits) are no counters: their difference means nothing. */
const GAUGES = /^Tcp\.(CurrEstab|RtoAlgorithm|RtoMin|RtoMax|MaxConn)$|^Ip\.(Forwarding|DefaultTTL)$/;

/** null where one of them could not be read. */
export function networkChange(
  before: MachineCounters['network'],
  after: MachineCounters['network'],
): MachineCounters['network'] {
  if (before === null || after === null) return null;
  return Object.fromEntries(Object.entries(deltas(before, after)).filter(([name]) => !GAUGES.test(name)));
}

const zeros = (values: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.keys(values).map((key) => [key, 0]));

function cpuDelta(before: CpuTicks | undefined, after: CpuTicks): Observation['cpus'][string] {
  const ms = (field: keyof CpuTicks): number => (after[field] - (before?.[field] ?? after[field])) * TICK_MS;
  return {
    userMs: ms('user'),
    systemMs: ms('system'),
    softirqMs: ms('softirq'),
    idleMs: ms('idle'),
    stealMs: ms('steal'),
  };
}
