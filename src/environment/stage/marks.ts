import type { Host } from '../../model/host.ts';
import type { Owner } from './owner.ts';

/**
 * Marks for processes where there is no control group: a resource limit that nobody uses (`RLIMIT_RTTIME`, which acts
 * only on real-time scheduled processes), set to a number of this stage's own, and an environment variable. Both are
 * inherited; programs that show a title (nginx) overwrite their environment, but nothing rewrites that limit.
 */
export interface Mark {
  number: string;
  name: string;
}

/** Start times are kept modulo this in a mark: with the pid, a reuse within 2^20 ticks at the same tick is not to be feared. */
export const START_MODULUS = 2 ** 20;
const STAGES = 2 ** 8;
const BASE = 2 ** 50;
let opened = 0;

/**
 * The limit's number: 2^50 µs (35 years, without effect) and above, holding the owner's pid (22 bits), its start (20)
 * and which of its stages it is (8), so that a later run knows whose a process was.
 */
export function markFor(owner: Owner, name: string): Mark {
  opened = (opened + 1) % STAGES;
  const number = BASE + (owner.pid * START_MODULUS + (owner.start % START_MODULUS)) * STAGES + opened;
  return { number: String(number), name };
}

export function ownerInMark(number: number): Owner | null {
  if (number < BASE || number >= 2 * BASE) return null;
  const rest = Math.floor((number - BASE) / STAGES);
  return { pid: Math.floor(rest / START_MODULUS), start: rest % START_MODULUS };
}

export const markPrefix = (mark: Mark): string[] => ['prlimit', `--rttime=${mark.number}:`];

/** Live processes whose limit is in use, with its number. */
async function limited(host: Host): Promise<{ pid: number; number: string }[]> {
  const pids = (await host.list('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const limits = await host.readText(`/proc/${pid}/limits`).catch(() => '');
      const number = /^Max realtime timeout +(\d+) /m.exec(limits)?.[1];
      return number !== undefined && host.signal(Number(pid), 0) ? [{ pid: Number(pid), number }] : [];
    }),
  );
  return found.flat();
}

/** Pids that carry the mark's limit. */
export async function marked(host: Host, mark: Mark): Promise<number[]> {
  return (await limited(host)).filter((one) => one.number === mark.number).map((one) => one.pid);
}

/** Whether this user may end it (kill(2)): root all, others what runs under their own real or saved user id. */
async function mayEnd(host: Host, pid: number): Promise<boolean> {
  const { uid } = host.user;
  if (uid === 0) return true;
  const status = await host.readText(`/proc/${pid}/status`).catch(() => '');
  const [, real, , saved] = /^Uid:\t(\d+)\t(\d+)\t(\d+)/m.exec(status) ?? [];
  return [real, saved].includes(String(uid));
}

/**
 * Every mark in this PID namespace that a process of this user carries, with its owner. Pids in another namespace's marks
 * would mean other processes here.
 */
export async function marksHere(host: Host): Promise<{ number: string; owner: Owner }[]> {
  const own = await host.readLink(`/proc/${host.pid}/ns/pid`);
  const found = new Map<string, Owner>();
  for (const { pid, number } of await limited(host)) {
    const owner = ownerInMark(Number(number));
    const namespace = await host.readLink(`/proc/${pid}/ns/pid`).catch(() => null);
    if (owner !== null && namespace === own && (await mayEnd(host, pid))) found.set(number, owner);
  }
  return [...found].map(([number, owner]) => ({ number, owner }));
}
