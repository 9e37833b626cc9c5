/** Parsers of /proc text. Pure; null where the text is not what it should be, never 0. */

/** /proc/net/snmp and /proc/net/netstat: pairs of lines, names and values -> `Tcp.RetransSegs`, `TcpExt.ListenDrops`. */
export function parseCounters(text: string): Record<string, number> {
  const counters: Record<string, number> = {};
  const lines = text.split('\n').filter((line) => line.includes(':'));
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const [group, names] = split(lines[index] as string);
    const [, values] = split(lines[index + 1] as string);
    names.forEach((name, column) => {
      counters[`${group}.${name}`] = Number(values[column]);
    });
  }
  return counters;
}

function split(line: string): [group: string, fields: string[]] {
  const colon = line.indexOf(':');
  return [
    line.slice(0, colon),
    line
      .slice(colon + 1)
      .trim()
      .split(/\s+/),
  ];
}

/** The `Tcp:` lines of /proc/net/snmp alone, which are looked at inside the window. */
export function parseTcp(snmp: string): Record<string, number> {
  const [names, values] = snmp
    .split('\n')
    .filter((line) => line.startsWith('Tcp:'))
    .map((line) => split(line)[1]);
  return Object.fromEntries((names ?? []).map((name, index) => [name, Number(values?.[index] ?? Number.NaN)]));
}

/** Non-zero differences; a counter that is missing on one side is left out. */
export function deltas(before: Record<string, number>, after: Record<string, number>): Record<string, number> {
  const changed = Object.entries(after).map(([name, value]) => [name, value - (before[name] ?? value)] as const);
  return Object.fromEntries(changed.filter(([, change]) => change !== 0 && Number.isFinite(change)));
}

export interface SocketCounts {
  inUse: number;
  timeWait: number;
}

/** /proc/net/sockstat. */
export function parseSockstat(text: string): SocketCounts | null {
  const line = text.match(/^TCP: inuse (\d+) .*?\btw (\d+)/m);
  return line === null ? null : { inUse: Number(line[1]), timeWait: Number(line[2]) };
}

/** /proc/net/softnet_stat: one line a CPU, hexadecimal: processed, dropped, time_squeeze. */
export function parseSoftnet(text: string): { processed: number; dropped: number; squeezed: number } | null {
  const rows = text
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(/\s+/).map((field) => Number.parseInt(field, 16)));
  if (rows.length === 0 || rows.some((row) => row.length < 3)) return null;
  const sum = (column: number): number => rows.reduce((total, row) => total + (row[column] as number), 0);
  return { processed: sum(0), dropped: sum(1), squeezed: sum(2) };
}

export interface CpuTicks {
  user: number;
  system: number;
  softirq: number;
  idle: number;
  steal: number;
}

/** /proc/stat: ticks by CPU number. nice counts as user, iowait as idle, irq as softirq. */
export function parseCpus(text: string): Record<string, CpuTicks> {
  const cpus: Record<string, CpuTicks> = {};
  for (const [, cpu, fields] of text.matchAll(/^cpu(\d+)\s+(.*)$/gm)) {
    const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = (fields as string)
      .split(/\s+/)
      .map(Number);
    cpus[cpu as string] = { user: user + nice, system, softirq: softirq + irq, idle: idle + iowait, steal };
  }
  return cpus;
}

/** /proc/PID/schedstat (of one task): ns on a CPU, ns runnable but waiting. */
export function parseSchedstat(text: string): { runNs: number; waitNs: number } | null {
  const [run, wait] = text.trim().split(/\s+/).map(Number);
  return run === undefined || wait === undefined || Number.isNaN(run) ? null : { runNs: run, waitNs: wait };
}

export interface ProcessStat {
  /** utime + stime of all threads, ended ones included, in ticks of 10 ms. */
  ticks: number;
  /** The same of its children that ended and were waited for, theirs included (cutime + cstime). */
  childTicks: number;
  parent: number;
  threads: number;
  /** Since boot, in ticks: with the pid it names a process for good. */
  startTime: number;
}

/** /proc/PID/stat. The command name may hold spaces and brackets: fields are counted behind its last bracket. */
export function parseStat(text: string): ProcessStat | null {
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ');
  if (end === -1 || fields.length < 20) return null;
  const number = (index: number): number => Number(fields[index]);
  return {
    ticks: number(11) + number(12),
    childTicks: number(13) + number(14),
    parent: number(1),
    threads: number(17),
    startTime: number(19),
  };
}

/** /proc/PID/status: resident bytes and context switches of the main thread. */
export function parseStatus(text: string): {
  rssBytes: number | null;
  voluntary: number | null;
  involuntary: number | null;
} {
  const number = (pattern: RegExp): number | null => {
    const found = text.match(pattern)?.[1];
    return found === undefined ? null : Number(found);
  };
  const kib = number(/^VmRSS:\s+(\d+) kB/m);
  return {
    rssBytes: kib === null ? null : kib * 1024,
    voluntary: number(/^voluntary_ctxt_switches:\s+(\d+)/m),
    involuntary: number(/^nonvoluntary_ctxt_switches:\s+(\d+)/m),
  };
}

/** /proc/PID/limits: soft limit of open files; null when unlimited or not there. */
export function parseOpenFilesLimit(text: string): number | null {
  const found = text.match(/^Max open files\s+(\d+)/m)?.[1];
  return found === undefined ? null : Number(found);
}

/** /proc/pressure/*: total µs in which some task waited. */
export function parsePressure(text: string): number | null {
  const found = text.match(/^some .*total=(\d+)/m)?.[1];
  return found === undefined ? null : Number(found);
}

/** cpu.stat of cgroup v1 (throttled_time, ns) or v2 (throttled_usec). µs; null when there is none. */
export function parseThrottled(text: string): number | null {
  const v2 = text.match(/^throttled_usec (\d+)/m)?.[1];
  if (v2 !== undefined) return Number(v2);
  const v1 = text.match(/^throttled_time (\d+)/m)?.[1];
  return v1 === undefined ? null : Number(v1) / 1000;
}
