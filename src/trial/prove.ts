import type { Host } from '../model/host.ts';
import type { Role, Settings } from '../model/plan.ts';
import type { Proof } from '../model/record.ts';

/**
 * Reads from /proc what is really in force on live processes: a wrapper that was asked for is not proof that it held
 * (`taskset -c 1,5` on two CPUs silently becomes 1; a program can re-pin itself; Node raises its own soft limit).
 */
export async function proveProcesses(
  host: Host,
  role: Role,
  settings: Settings,
  pids: readonly number[],
): Promise<Proof[]> {
  const proofs: Proof[] = [];
  const cpus = settings.cpus[role];
  if (cpus !== null) proofs.push(await proveAffinity(host, role, cpus, pids));
  for (const [limit, value] of Object.entries(settings.ulimit[role])) {
    proofs.push(await proveEach(`${role}.ulimit.${limit}`, String(value), pids, (pid) => readLimit(host, pid, limit)));
  }
  const nice = settings.nice[role];
  if (nice !== null) proofs.push(await proveEach(`${role}.nice`, String(nice), pids, (pid) => readNice(host, pid)));
  return proofs;
}

export const allHeld = (proofs: readonly Proof[]): boolean => proofs.every((proof) => proof.held);

/** Affinity is a thread's, not a process's: every task of every process is looked at. */
async function proveAffinity(host: Host, role: Role, cpus: readonly number[], pids: readonly number[]): Promise<Proof> {
  const asked = listText(cpus);
  const found = new Set<string>();
  let detail: string | null = null;
  for (const pid of pids) {
    for (const task of await host.list(`/proc/${pid}/task`).catch(() => [])) {
      const status = await host.readText(`/proc/${pid}/task/${task}/status`).catch(() => null);
      const list = status?.match(/^Cpus_allowed_list:\s*(\S+)/m)?.[1];
      if (list === undefined) continue;
      found.add(list);
      if (list !== asked) detail ??= `thread ${task} of process ${pid} runs on ${list}`;
    }
  }
  if (found.size === 0) detail = 'no live process to look at';
  return {
    setting: `${role}.cpus`,
    asked,
    before: null,
    during: [...found].join(' and ') || null,
    held: detail === null,
    detail,
  };
}

async function proveEach(
  setting: string,
  asked: string,
  pids: readonly number[],
  read: (pid: number) => Promise<string | null>,
): Promise<Proof> {
  const found = new Set<string>();
  let detail: string | null = null;
  for (const pid of pids) {
    const value = await read(pid).catch(() => null);
    if (value === null) continue;
    found.add(value);
    if (value !== asked) detail ??= `process ${pid} has ${value}`;
  }
  if (found.size === 0) detail = 'no live process to look at';
  return { setting, asked, before: null, during: [...found].join(' and ') || null, held: detail === null, detail };
}

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

async function readLimit(host: Host, pid: number, limit: string): Promise<string | null> {
  const row = LIMIT_ROWS[limit];
  const text = await host.readText(`/proc/${pid}/limits`);
  const line = row === undefined ? undefined : text.split('\n').find((one) => one.startsWith(row));
  return line?.slice(row!.length).trim().split(/\s+/)[0] ?? null;
}

async function readNice(host: Host, pid: number): Promise<string | null> {
  const stat = await host.readText(`/proc/${pid}/stat`);
  // Field 19, counted behind the command name, which may hold spaces and brackets.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16] ?? null;
}

/** [0,1,2,5] -> '0-2,5', as the kernel writes it. */
function listText(cpus: readonly number[]): string {
  const sorted = [...new Set(cpus)].sort((a, b) => a - b);
  const ranges: [number, number][] = [];
  for (const cpu of sorted) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === cpu - 1) last[1] = cpu;
    else ranges.push([cpu, cpu]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}
