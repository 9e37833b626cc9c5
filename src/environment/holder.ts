import { type Host, HostError } from '../model/host.ts';
import { isAlive, type Owner } from './stage/owner.ts';

/** A run as it describes itself to another one. */
export interface HolderWord {
  pid: number;
  start: number;
  user: string;
  /** null: `command`, or `loadcell restore`. */
  experiment: string | null;
  command?: string;
  /** ISO 8601. */
  since: string;
}

/** Who holds the lock, in words, and a process to end where there is one that may be named. */
export interface Holder {
  text: string;
  pid: number | null;
}

/**
 * The holder's own word, held against the kernel's where that can be seen (root sees all): any user can hold the name with
 * a program that is no run, and is then named for what it is. null when nobody holds it any more.
 */
export async function holderOf(host: Host, lock: string): Promise<Holder | null> {
  const answer = await host.askName(lock);
  const word = parseWord(answer ?? '');
  const pid = await holdingProcess(host, lock);
  // A name can be held without listening.
  if (answer === null && pid === null) return null;
  if (word !== null && (pid === null ? await isAlive(host, owner(word)) : pid === word.pid)) {
    const what = word.experiment === null ? (word.command ?? 'loadcell restore') : `the experiment ${word.experiment}`;
    return { text: `${what}, process ${word.pid} of ${word.user}, since ${word.since}`, pid: word.pid };
  }
  if (pid === null) return { text: 'a process that cannot be seen from here and does not say what it is', pid: null };
  const { uid } = await host.stat(`/proc/${pid}`).catch(() => ({ uid: -1 }));
  const command = (await host.readText(`/proc/${pid}/cmdline`).catch(() => '')).replaceAll('\0', ' ').trim();
  const what = !answer ? 'which does not say what it is' : 'which is no loadcell run';
  return { text: `process ${pid} of user ${uid}, ${what} (${printable(command)})`, pid };
}

const owner = ({ pid, start }: HolderWord): Owner => ({ pid, start });

/** Another user's word: every field is looked at, and nothing in it can steer a terminal. */
function parseWord(answer: string): HolderWord | null {
  try {
    const found = JSON.parse(answer) as Record<string, unknown> | null;
    if (found === null || typeof found !== 'object') return null;
    const { pid, start, user, experiment, command, since } = found;
    if (!Number.isSafeInteger(pid) || !Number.isSafeInteger(start)) return null;
    if (typeof user !== 'string' || typeof since !== 'string') return null;
    if (experiment !== null && typeof experiment !== 'string') return null;
    return {
      pid: pid as number,
      start: start as number,
      user: printable(user),
      experiment: experiment === null ? null : printable(experiment),
      ...(typeof command === 'string' ? { command: printable(command) } : {}),
      since: printable(since),
    };
  } catch {
    return null;
  }
}

const printable = (text: string): string => text.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '?').slice(0, 200);

/** The process whose listening socket has the name, from /proc/net/unix and the descriptors that may be read. */
async function holdingProcess(host: Host, lock: string): Promise<number | null> {
  const table = await host.readText(`/proc/${host.pid}/net/unix`).catch(() => '');
  // A stream socket that is no connection. There are no two of one name, unless another name forges a line.
  const lines = table.split('\n').filter((line) => /^\S+ \S+ \S+ \S+ 0001 01 +\d+ @/.test(line));
  const named = lines.filter((line) => line.slice(line.indexOf('@') + 1).replace(/@+$/, '') === lock);
  const inode = named.length === 1 ? /01 +(\d+) @/.exec(named[0] as string)?.[1] : undefined;
  if (inode === undefined) return null;
  for (const pid of (await host.list('/proc')).filter((name) => /^\d+$/.test(name))) {
    if (await hasSocket(host, pid, `socket:[${inode}]`)) return Number(pid);
  }
  return null;
}

async function hasSocket(host: Host, pid: string, link: string): Promise<boolean> {
  try {
    for (const descriptor of await host.list(`/proc/${pid}/fd`)) {
      if ((await host.readLink(`/proc/${pid}/fd/${descriptor}`).catch(() => '')) === link) return true;
    }
    return false;
  } catch (error) {
    if (error instanceof HostError) return false;
    throw error;
  }
}
