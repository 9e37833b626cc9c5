import type { Host } from '../model/host.ts';
import { reader } from './machine-reader.ts';

/**
 * CPU quota in cores: the tightest from the runner's control group up to the root, v2 (`cpu.max`) and v1
 * (`cpu.cfs_quota_us`). A quota shows nowhere else: `os.cpus()` and the affinity know nothing of it.
 * null = none that can be seen.
 */
export async function cpuQuota(host: Host): Promise<number | null> {
  const read = reader(host);
  const quotas: number[] = [];
  for (const { folder, version } of await cpuGroups(host)) {
    const v1 = async (): Promise<string> =>
      `${await read(`${folder}/cpu.cfs_quota_us`)} ${await read(`${folder}/cpu.cfs_period_us`)}`;
    const found = quotaOf(version === 2 ? await read(`${folder}/cpu.max`) : await v1());
    if (found !== null) quotas.push(found);
  }
  return quotas.length === 0 ? null : Math.min(...quotas);
}

/** Folders of the control groups that can hold the runner's CPU time back: its own first, then those above it. */
export const cpuGroupFolders = async (host: Host): Promise<string[]> =>
  (await cpuGroups(host)).map(({ folder }) => folder);

async function cpuGroups(host: Host): Promise<{ folder: string; version: 1 | 2 }[]> {
  const read = reader(host);
  const groups = (await read(`/proc/${host.pid}/cgroup`)) ?? '';
  const mounts = parseMounts((await read(`/proc/${host.pid}/mountinfo`)) ?? '');
  const found: { folder: string; version: 1 | 2 }[] = [];
  for (const line of groups.split('\n')) {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    const version = controllers === '' ? 2 : 1;
    for (const mount of mounts) {
      if (version === 2 ? mount.kind !== 'cgroup2' : !mount.controllers.includes('cpu')) continue;
      if (version === 1 && !controllers.split(',').includes('cpu')) continue;
      found.push(...upwards(mount.folder, path).map((folder) => ({ folder, version }) as const));
    }
  }
  return found;
}

/** `50000 100000` -> 0.5; `max 100000`, `-1 100000` and what cannot be read -> null. */
function quotaOf(text: string | null): number | null {
  const [, quota, period] = /^(\d+) (\d+)$/.exec(text ?? '') ?? [];
  return quota === undefined || Number(period) === 0 ? null : Number(quota) / Number(period);
}

/** The mount's folder and everything down to the group's, the group first. */
function upwards(mount: string, path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '..');
  return parts.map((_, index) => `${mount}/${parts.slice(0, parts.length - index).join('/')}`).concat(mount);
}

function parseMounts(mountinfo: string): { folder: string; kind: string; controllers: string[] }[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [left, right] = line.split(' - ').map((half) => half.split(' '));
    const kind = right?.[0] ?? '';
    if (!kind.startsWith('cgroup')) return [];
    return [{ folder: left?.[4] ?? '', kind, controllers: (right?.[2] ?? '').split(',') }];
  });
}
