import type { Host } from '../model/host.ts';
import type { CpuPlace } from '../model/machine.ts';
import { parseCpuList } from './cpu-list.ts';
import { type ReadOrNull, reader } from './machine-reader.ts';

const CPU = '/sys/devices/system/cpu';

/** Where each online CPU sits. Where sysfs does not tell, a CPU is its own only sibling and its places are null. */
export async function readTopology(host: Host): Promise<CpuPlace[]> {
  const read = reader(host);
  const online = parseCpuList((await read(`${CPU}/online`)) ?? (await read('/proc/self/status').then(allowed)));
  const isolated = parseCpuList((await read(`${CPU}/isolated`)) ?? '');
  const nodes = await nodesByCpu(host, read);
  return Promise.all(
    online.map(async (cpu) => {
      const at = `${CPU}/cpu${cpu}/topology`;
      const siblings = parseCpuList((await read(`${at}/thread_siblings_list`)) ?? String(cpu));
      return {
        cpu,
        core: place(await read(`${at}/core_id`)),
        socket: place(await read(`${at}/physical_package_id`)),
        node: nodes.get(cpu) ?? null,
        siblings: siblings.filter((one) => online.includes(one)),
        isolated: isolated.includes(cpu),
      };
    }),
  );
}

const allowed = (status: string | null): string => /^Cpus_allowed_list:\s+(\S+)/m.exec(status ?? '')?.[1] ?? '0';

/** Some virtual machines and boards say -1 for "not known". */
const place = (text: string | null): number | null => (text !== null && /^\d+$/.test(text) ? Number(text) : null);

async function nodesByCpu(host: Host, read: ReadOrNull): Promise<Map<number, number>> {
  const nodes = new Map<number, number>();
  const names = await host.list('/sys/devices/system/node').catch(() => []);
  for (const name of names) {
    const node = /^node(\d+)$/.exec(name)?.[1];
    if (node === undefined) continue;
    const cpus = await read(`/sys/devices/system/node/${name}/cpulist`);
    for (const cpu of parseCpuList(cpus ?? '')) nodes.set(cpu, Number(node));
  }
  return nodes;
}
