import { randomBytes } from 'node:crypto';
import { type Host, HostError } from '../../model/host.ts';

/** Who opened a stage. A pid is used again; with its start time (clock ticks since boot) it is not. */
export interface Owner {
  pid: number;
  start: number;
}

export async function ownerOf(host: Host, pid: number): Promise<Owner> {
  const stat = await host.readText(`/proc/${pid}/stat`);
  // The command's name stands in parentheses and may hold any text: field 3 follows the last one, the start is field 22.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { pid, start: Number(fields[19]) };
}

/** Names a stage on the host so that a later run can tell whose it was. Safe as a file name and as a pattern. */
export const stageName = (runId: string, owner: Owner): string =>
  `loadcell-${runId.replaceAll(/[^\w-]/g, '_')}-${owner.pid}-${owner.start}-${randomBytes(4).toString('hex')}`;

export function ownerInName(name: string): Owner | null {
  const [, pid, start] = /^loadcell-[\w-]*-(\d+)-(\d+)-[0-9a-f]{8}$/.exec(name) ?? [];
  return pid === undefined ? null : { pid: Number(pid), start: Number(start) };
}

/** @param same compares start times; a mark holds a part of it only */
export async function isAlive(host: Host, owner: Owner, same = (a: number, b: number) => a === b): Promise<boolean> {
  try {
    return same((await ownerOf(host, owner.pid)).start, owner.start) && host.signal(owner.pid, 0);
  } catch (error) {
    if (error instanceof HostError && ['ENOENT', 'ESRCH', 'EINVAL'].includes(error.code)) return false;
    throw error;
  }
}
