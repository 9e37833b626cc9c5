import type { Host } from '../model/host.ts';
import { type ReadOrNull, reader } from './machine-reader.ts';

/** The initial PID namespace has a fixed inode number (PROC_PID_INIT_INO). */
const INITIAL_PID_NAMESPACE = 'pid:[4026531836]';

/**
 * What the machine is, by evidence: `none`, `virtual machine (KVM)`, `container (Docker) on ...`. Not by a marker file
 * alone: images leave a /.dockerenv behind, and are booted as virtual machines. null = nothing tells.
 */
export async function readVirtualization(host: Host): Promise<string | null> {
  const read = reader(host);
  const machine = await virtualMachine(read);
  const container = await containerName(host, read);
  if (container === null) return machine;
  return machine === null || machine === 'none' ? container : `${container} on a ${machine}`;
}

/** A container has a process table of its own; which one it is, markers tell. */
async function containerName(host: Host, read: ReadOrNull): Promise<string | null> {
  const table = await host.readLink(`/proc/${host.pid}/ns/pid`).catch(() => INITIAL_PID_NAMESPACE);
  if (table === INITIAL_PID_NAMESPACE) return null;
  if (await there(host, '/run/.containerenv')) return 'container (Podman)';
  if (await there(host, '/.dockerenv')) return 'container (Docker)';
  const manager = /(?:^|\0)container=([^\0]+)/.exec((await read('/proc/1/environ')) ?? '')?.[1];
  return manager === undefined ? 'container or private PID namespace' : `container (${manager})`;
}

async function virtualMachine(read: ReadOrNull): Promise<string | null> {
  const cpuinfo = (await read('/proc/cpuinfo')) ?? '';
  // x86 hypervisors set a CPUID bit; other architectures have no such flag, so that its absence says nothing there.
  const flags = /^flags\s*:\s*(.*)$/m.exec(cpuinfo)?.[1]?.split(' ');
  const named = await hypervisorName(read);
  if (flags?.includes('hypervisor') || named.certain) {
    return named.name === null ? 'virtual machine (hypervisor not named)' : `virtual machine (${named.name})`;
  }
  return flags === undefined ? null : 'none';
}

/** A kernel offers a hypervisor's own clock only when it has found that hypervisor. */
const CLOCKS: [clock: string, name: string][] = [
  ['kvm-clock', 'KVM'],
  ['xen', 'Xen'],
  ['hyperv_clocksource_tsc_page', 'Hyper-V'],
  ['hyperv_clocksource_msr', 'Hyper-V'],
];

/** Names that firmware gives itself in a virtual machine. */
const FIRMWARE: [pattern: RegExp, name: string][] = [
  [/KVM|QEMU/i, 'KVM/QEMU'],
  [/VMware/i, 'VMware'],
  [/VirtualBox|innotek/i, 'VirtualBox'],
  [/Xen/i, 'Xen'],
  [/Amazon EC2/i, 'Amazon EC2'],
  [/Google Compute/i, 'Google Compute Engine'],
  [/Microsoft.*Virtual|Virtual Machine/i, 'Hyper-V'],
  [/Parallels/i, 'Parallels'],
  [/bhyve/i, 'bhyve'],
  [/Firecracker/i, 'Firecracker'],
];

async function hypervisorName(read: ReadOrNull): Promise<{ name: string | null; certain: boolean }> {
  const type = await read('/sys/hypervisor/type');
  if (type === 'xen') return { name: 'Xen', certain: true };
  const tree = await read('/sys/firmware/devicetree/base/hypervisor/compatible');
  if (tree !== null) return { name: tree.replaceAll('\0', ' ').trim(), certain: true };
  const clocks = (await read('/sys/devices/system/clocksource/clocksource0/available_clocksource'))?.split(' ') ?? [];
  const clock = CLOCKS.find(([one]) => clocks.includes(one))?.[1];
  if (clock !== undefined) return { name: clock, certain: true };
  const dmi = [await read('/sys/class/dmi/id/sys_vendor'), await read('/sys/class/dmi/id/product_name')];
  const text = dmi.filter(Boolean).join(' ');
  const name = FIRMWARE.find(([pattern]) => pattern.test(text))?.[1] ?? null;
  // Amazon's and Google's names stand on their bare machines too.
  return { name, certain: name !== null && !/Amazon|Google/.test(name) };
}

const there = (host: Host, path: string): Promise<boolean> => host.exists(path).catch(() => false);
