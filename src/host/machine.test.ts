import { availableParallelism, cpus, hostname, totalmem } from 'node:os';
import { describe, expect, it } from 'vitest';
import { type Host, HostError } from '../model/host.ts';
import { parseCpuList } from './cpu-list.ts';
import { cpuQuota } from './cpu-quota.ts';
import { kernelParameters } from './kernel-parameters.ts';
import { localHost } from './local.ts';
import { readMachine } from './machine.ts';
import { readTopology } from './topology.ts';
import { readVirtualization } from './virtualization.ts';

const host = localHost();

/** This machine's methods over a made-up /proc and /sys: a path is a file's text, or a link when it starts with `->`. */
function machineOf(files: Record<string, string>): Host {
  const missing = (path: string): never => {
    throw new HostError(`no ${path}`, 'ENOENT', path);
  };
  return {
    ...host,
    pid: 1000,
    readText: async (path) => files[path] ?? missing(path),
    readLink: async (path) => files[path]?.replace('->', '') ?? missing(path),
    exists: async (path) => path in files,
    list: async (path) => [
      ...new Set(
        Object.keys(files).flatMap((one) =>
          one.startsWith(`${path}/`) ? [one.slice(path.length + 1).split('/')[0]!] : [],
        ),
      ),
    ],
  };
}

describe('this machine', () => {
  it('agrees with what Node sees', async () => {
    const facts = await readMachine(host);
    expect(facts.hostname).toBe(hostname());
    expect(facts.cpu.logical).toBe(cpus().length);
    expect(facts.cpu.model).toContain(cpus()[0]?.model.trim());
    expect(facts.memoryBytes).toBe(totalmem());
    expect(facts.allowedCpus).toHaveLength(availableParallelism());
    expect(facts.node).toBe(process.version);
    expect(facts.bootId).toMatch(/^[0-9a-f-]{36}$/);
    expect(facts.topology.every((place) => place.siblings.includes(place.cpu))).toBe(true);
    expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
  });
});

describe('a machine with two sockets, hyperthreads and two nodes', () => {
  const at = '/sys/devices/system/cpu';
  const files: Record<string, string> = { [`${at}/online`]: '0-6\n', [`${at}/isolated`]: '3,5-6\n' };
  for (let cpu = 0; cpu < 8; cpu += 1) {
    files[`${at}/cpu${cpu}/topology/core_id`] = `${cpu % 2}\n`;
    files[`${at}/cpu${cpu}/topology/physical_package_id`] = `${cpu % 4 < 2 ? 0 : 1}\n`;
    files[`${at}/cpu${cpu}/topology/thread_siblings_list`] = `${cpu % 4},${(cpu % 4) + 4}\n`;
  }
  files['/sys/devices/system/node/node0/cpulist'] = '0-1,4-5\n';
  files['/sys/devices/system/node/node1/cpulist'] = '2-3,6-7\n';

  it('places each online CPU', async () => {
    const topology = await readTopology(machineOf(files));
    expect(topology.map((one) => one.cpu)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(topology[6]).toEqual({ cpu: 6, core: 0, socket: 1, node: 1, siblings: [2, 6], isolated: true });
    // CPU 7 is offline, so that CPU 3 is alone on its core.
    expect(topology[3]).toMatchObject({ siblings: [3], isolated: true });
  });

  it('says nothing where sysfs does not tell', async () => {
    expect(await readTopology(machineOf({ [`${at}/online`]: '0' }))).toEqual([
      { cpu: 0, core: null, socket: null, node: null, siblings: [0], isolated: false },
    ]);
  });
});

describe('virtualization', () => {
  const bare = { '/proc/cpuinfo': 'flags\t: fpu sse2\n', '/proc/1000/ns/pid': '->pid:[4026531836]' };
  const inside = { ...bare, '/proc/1000/ns/pid': '->pid:[4026532001]' };
  const guest = { '/proc/cpuinfo': 'flags\t: fpu hypervisor\n' };
  const clocks = '/sys/devices/system/clocksource/clocksource0/available_clocksource';

  it.each([
    ['bare metal', bare, 'none'],
    ["a machine with another's /.dockerenv", { ...bare, '/.dockerenv': '' }, 'none'],
    ['a virtual machine', { ...bare, ...guest }, 'virtual machine (hypervisor not named)'],
    ['KVM by its clock', { ...bare, ...guest, [clocks]: 'kvm-clock tsc' }, 'virtual machine (KVM)'],
    [
      'VMware by its firmware',
      { ...bare, ...guest, '/sys/class/dmi/id/sys_vendor': 'VMware, Inc.' },
      'virtual machine (VMware)',
    ],
    ["Amazon's bare metal", { ...bare, '/sys/class/dmi/id/sys_vendor': 'Amazon EC2' }, 'none'],
    ['Docker', { ...inside, '/.dockerenv': '' }, 'container (Docker)'],
    [
      'LXC on KVM',
      { ...inside, ...guest, [clocks]: 'kvm-clock', '/proc/1/environ': 'A=b\0container=lxc\0' },
      'container (lxc) on a virtual machine (KVM)',
    ],
    ['an unnamed namespace', inside, 'container or private PID namespace'],
    ['an ARM board', { ...bare, '/proc/cpuinfo': 'Features\t: fp asimd\n' }, null],
  ])('%s', async (_name, files, expected) => {
    expect(await readVirtualization(machineOf(files as unknown as Record<string, string>))).toBe(expected);
  });
});

describe('CPU quota', () => {
  it('takes the tightest of a v2 path', async () => {
    const files = {
      '/proc/1000/cgroup': '0::/a/b\n',
      '/proc/1000/mountinfo': '30 20 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n',
      '/sys/fs/cgroup/a/b/cpu.max': '300000 100000\n',
      '/sys/fs/cgroup/a/cpu.max': '150000 100000\n',
      '/sys/fs/cgroup/cpu.max': 'max 100000\n',
    };
    expect(await cpuQuota(machineOf(files))).toBe(1.5);
  });

  it('reads v1, and null where there is none', async () => {
    const files = {
      '/proc/1000/cgroup': '4:cpu,cpuacct:/x\n3:memory:/x\n',
      '/proc/1000/mountinfo': '31 20 0:27 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n',
      '/sys/fs/cgroup/cpu/x/cpu.cfs_quota_us': '50000\n',
      '/sys/fs/cgroup/cpu/x/cpu.cfs_period_us': '100000\n',
    };
    expect(await cpuQuota(machineOf(files))).toBe(0.5);
    expect(await cpuQuota(machineOf({ ...files, '/sys/fs/cgroup/cpu/x/cpu.cfs_quota_us': '-1\n' }))).toBe(null);
    expect(await cpuQuota(machineOf({}))).toBe(null);
  });
});

it('parses the kernel lists', () => {
  expect(parseCpuList('0-2,5\n')).toEqual([0, 1, 2, 5]);
  expect(parseCpuList('')).toEqual([]);
});

it('keeps the kernel parameters that matter and nothing private', () => {
  const line = 'root=/dev/sda1 isolcpus=2-3 quiet mitigations=off password=hunter2 nosmt -- --isolcpus mitigations=on';
  expect(kernelParameters(line)).toBe('isolcpus=2-3 mitigations=off nosmt');
  expect(kernelParameters(null)).toBe(null);
});
