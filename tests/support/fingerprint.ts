import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a run must leave as it was. Each part is a sorted list of lines, so that a difference can be read. */
export interface Fingerprint {
  sysctls: string[];
  namespaces: string[];
  mounts: string[];
  groups: string[];
  temporary: string[];
  processes: string[];
}

/** Keys that count or draw by themselves, whatever anybody does. */
const VOLATILE =
  /\/(random\/(uuid|boot_id|entropy_avail)|fs\/(dentry-state|file-nr|inode-nr|inode-state|aio-nr)|kernel\/(ns_last_pid|pty\/nr|random\/.*|tainted|perf_event_max_sample_rate|cap_last_cap|keys\/.*|sched_domain\/.*)|net\/netfilter\/nf_conntrack_count|net\/ipv4\/tcp_fastopen_key|net\/ipv4\/route\/.*)$/;

export async function fingerprint(): Promise<Fingerprint> {
  return {
    sysctls: await sysctls('/proc/sys'),
    namespaces: await namespaces(),
    mounts: (await readFile('/proc/self/mounts', 'utf8')).trim().split('\n').sort(),
    groups: await groups(),
    temporary: (await readdir(tmpdir())).filter((name) => name.startsWith('loadcell-')).sort(),
    processes: await ours(),
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

async function eachProcess<T>(look: (pid: string) => Promise<T[]>): Promise<T[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return (await Promise.all(pids.map((pid) => look(pid).catch(() => [])))).flat();
}

/** Namespaces that hold a process, other than those of this one. */
async function namespaces(): Promise<string[]> {
  const kinds = ['net', 'pid', 'mnt', 'user'];
  const found = await eachProcess(async (pid) => {
    const links: string[] = [];
    for (const kind of kinds) links.push(await readlink(`/proc/${pid}/ns/${kind}`));
    return links;
  });
  return [...new Set(found)].sort();
}

async function groups(): Promise<string[]> {
  const found = await readdir('/sys/fs/cgroup', { recursive: true }).catch(() => []);
  return found.filter((name) => /loadcell/.test(name)).sort();
}

/** Processes that loadcell or a test's run started, by what their command line or environment says. */
async function ours(): Promise<string[]> {
  return (
    await eachProcess(async (pid) => {
      const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
      const started = /loadcell-[A-Za-z0-9]{6}|stage\/(init|gate|keeper)\.sh|experiments\/servers\//.test(command);
      return started ? [command] : [];
    })
  ).sort();
}
