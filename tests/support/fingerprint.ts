import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { machinePlace } from '../../src/environment/place.ts';
import { localHost } from '../../src/host/local.ts';
import type { Bench } from './loadcell.ts';

/** What a run must leave as it was. Each part is a sorted list of lines, so that a difference can be read. */
export interface Fingerprint {
  sysctls: string[];
  namespaces: string[];
  mounts: string[];
  groups: string[];
  temporary: string[];
  /** What is kept of old settings while they are changed. */
  ledger: string[];
  processes: string[];
}

/** Keys that count or draw by themselves, whatever anybody does. */
const VOLATILE =
  /\/(random\/(uuid|boot_id|entropy_avail)|fs\/(dentry-state|file-nr|inode-nr|inode-state|aio-nr)|kernel\/(ns_last_pid|pty\/nr|random\/.*|tainted|perf_event_max_sample_rate|cap_last_cap|keys\/.*|sched_domain\/.*)|net\/netfilter\/nf_conntrack_count|net\/ipv4\/tcp_fastopen_key|net\/ipv4\/route\/.*)$/;

/**
 * The machine as a run of the bench may have changed it. Settings and mounts are everybody's. Of processes, namespaces,
 * groups and temporary files, those of this bench are listed: another run on the machine comes and goes. All that it
 * starts has its temporary folder in its environment, and all that it makes there is in that folder.
 */
export async function fingerprint(made: Bench): Promise<Fingerprint> {
  const pids = await ours(made.folder);
  return {
    sysctls: await sysctls('/proc/sys'),
    namespaces: await namespaces(pids),
    mounts: (await readFile('/proc/self/mounts', 'utf8')).trim().split('\n').sort(),
    groups: await groups(made.pids()),
    temporary: (await readdir(made.temporary)).sort(),
    ledger: (await readdir(machinePlace(localHost().user, process.env).folder).catch(() => [])).sort(),
    processes: [...pids.values()].sort(),
  };
}

/** Every writable key and its value. */
async function sysctls(folder: string): Promise<string[]> {
  const lines: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) lines.push(...(await sysctls(path)));
    else if (!VOLATILE.test(path) && ((await stat(path)).mode & 0o200) !== 0) {
      const value = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => `(${error.code})`);
      lines.push(`${path} = ${value.trim()}`);
    }
  }
  return lines.sort();
}

/** Processes whose command line or environment names `mark`: pid -> command line. */
async function ours(mark: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  await Promise.all(
    pids.map(async (pid) => {
      const read = (name: string): Promise<string> => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
      const command = (await read('cmdline')).replaceAll('\0', ' ').trim();
      if (`${command}\0${await read('environ')}`.includes(mark)) found.set(pid, command);
    }),
  );
  return found;
}

/** Namespaces of these processes other than those of this one. */
async function namespaces(pids: ReadonlyMap<string, string>): Promise<string[]> {
  const links = async (pid: string): Promise<string[]> =>
    Promise.all(['net', 'pid', 'mnt', 'user'].map((kind) => readlink(`/proc/${pid}/ns/${kind}`))).catch(() => []);
  const own = new Set(await links('self'));
  const found = (await Promise.all([...pids.keys()].map(links))).flat();
  return [...new Set(found)].filter((link) => !own.has(link)).sort();
}

/** Control groups are named after the process that made them. */
async function groups(pids: readonly number[]): Promise<string[]> {
  const found = await readdir('/sys/fs/cgroup', { recursive: true }).catch(() => []);
  return found.filter((name) => /loadcell/.test(name) && pids.some((pid) => name.includes(`-${pid}-`))).sort();
}
