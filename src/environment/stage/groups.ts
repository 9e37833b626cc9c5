import { type Host, HostError } from '../../model/host.ts';

/**
 * Makes a control group (v2) of our own under the runner's own, so that its limits stay in force, and proves that a
 * process can be put into it. null where no such tree is writable: no cgroup v2, read-only in a container, not delegated.
 */
export async function makeGroup(host: Host, name: string): Promise<string | null> {
  const parent = await groupParent(host);
  if (parent === null) return null;
  const group = `${parent}/${name}`;
  try {
    await host.makeFolder(group);
  } catch {
    return null;
  }
  const trial = await host.spawn({ argv: ['cat'], stdin: { pipe: true } });
  try {
    await join(host, group, trial.pid);
    return group;
  } catch {
    await dropGroup(host, group);
    return null;
  } finally {
    trial.endStdin();
    await trial.exited;
  }
}

/** Folder of the runner's own v2 group; null where no v2 tree shows it. */
export async function groupParent(host: Host): Promise<string | null> {
  const mount = mountOf(await host.readText(`/proc/${host.pid}/mountinfo`));
  const own = /^0::(\/.*)$/m.exec(await host.readText(`/proc/${host.pid}/cgroup`))?.[1];
  if (mount === null || own === undefined || own.startsWith('/..')) return null;
  return own === '/' ? mount : `${mount}${own}`;
}

/** Where the v2 tree is mounted, the hybrid layout's `unified` folder included. */
function mountOf(mountinfo: string): string | null {
  for (const line of mountinfo.split('\n')) {
    const [mount, kind] = line.split(' - ').map((half) => half.split(' '));
    if (kind?.[0] === 'cgroup2' && mount?.[3] === '/') return mount[4] ?? null;
  }
  return null;
}

/** Puts a process, with all its threads, into the group. Its children are born there. */
export const join = (host: Host, group: string, pid: number): Promise<void> =>
  host.writeKernel(`${group}/cgroup.procs`, String(pid));

/** Pids in the group and in the groups that programs made below it. */
export async function membersOf(host: Host, group: string): Promise<number[]> {
  try {
    const pids = (await host.readText(`${group}/cgroup.procs`)).split('\n').filter(Boolean).map(Number);
    for (const name of await host.list(group)) {
      const { kind } = await host.stat(`${group}/${name}`);
      if (kind === 'folder') pids.push(...(await membersOf(host, `${group}/${name}`)));
    }
    return pids;
  } catch (error) {
    if (error instanceof HostError && ['ENOENT', 'ENODEV'].includes(error.code)) return [];
    throw error;
  }
}

/** rmdir: a group's files are the kernel's and go with it. */
async function dropGroup(host: Host, group: string): Promise<void> {
  await host.run(['rmdir', group]);
}
