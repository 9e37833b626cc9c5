import { isAbsolute, join, posix } from 'node:path';
import { ExitCode, type Problem, UserError } from '../model/errors.ts';
import { type Host, HostError } from '../model/host.ts';

/** Where what must survive a run's death is kept, and the name that a run holds while it lives. */
export interface Place {
  /** Absolute. Holds `ledger.json` while something is changed. */
  folder: string;
  lock: string;
}

/**
 * Root: `/var/lib/loadcell`, which a container's restart leaves there (`/run` may go, while the kernel that was changed lives on);
 * after a reboot the boot id tells. Others: `$XDG_STATE_HOME/loadcell`, else `~/.local/state/loadcell`.
 * The lock is one for all users: runs disturb each other whoever starts them.
 */
export function machinePlace(user: Host['user'], env: Readonly<Record<string, string | undefined>>): Place {
  return { folder: user.uid === 0 ? '/var/lib/loadcell' : stateFolder(env), lock: 'loadcell' };
}

function stateFolder({ XDG_STATE_HOME: xdg, HOME: home }: Readonly<Record<string, string | undefined>>): string {
  // The XDG specification says to ignore a relative path.
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, 'loadcell');
  if (home !== undefined && isAbsolute(home)) return join(home, '.local', 'state', 'loadcell');
  throw new UserError("there is no folder to keep the machine's old settings in", {
    exitCode: ExitCode.preflightRefused,
    hint: 'set HOME, or XDG_STATE_HOME, to an absolute path',
  });
}

/**
 * Makes the folder where it is missing, and refuses one that another user could read or steer: it is ours, 0700 and no
 * link, and nobody but us and root can replace a folder above it.
 */
export async function secureFolder(host: Host, folder: string): Promise<void> {
  try {
    // What is there is looked at before anything is made in it.
    const above = await strangersAbove(host, posix.dirname(folder));
    if (above !== null) refuse(above);
    await host.makeFolder(folder, 0o700);
    const problem = (await strangersAbove(host, posix.dirname(folder))) ?? (await notOurs(host, folder));
    if (problem !== null) refuse(problem);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    const remedy = 'set HOME, or XDG_STATE_HOME, to a folder of your own';
    refuse({ where: folder, what: `it cannot be used: ${error.message}`, ...(host.user.uid === 0 ? {} : { remedy }) });
  }
}

function refuse(problem: Problem): never {
  throw new UserError("the folder that keeps the machine's old settings is not safe", {
    exitCode: ExitCode.preflightRefused,
    problems: [problem],
    hint: 'Nothing was changed.',
  });
}

async function notOurs(host: Host, folder: string): Promise<Problem | null> {
  const { uid, mode, kind } = await host.stat(folder);
  if (kind !== 'folder') return { where: folder, what: `it is a ${kind}, not a folder`, remedy: `remove it` };
  if (uid !== host.user.uid) {
    return { where: folder, what: `it belongs to user ${uid}, not to ${host.user.name}`, remedy: 'remove it' };
  }
  if ((mode & 0o077) === 0) return null;
  return {
    where: folder,
    what: `other users can get into it (mode 0${mode.toString(8)})`,
    remedy: `chmod 700 ${folder}`,
  };
}

/** The first folder on the way, links followed, that somebody else could replace; null when there is none. */
async function strangersAbove(host: Host, folder: string): Promise<Problem | null> {
  let parts = folder.split('/').filter(Boolean);
  let at = '/';
  for (let links = 0; parts.length > 0; ) {
    const next = posix.join(at, parts[0] as string);
    const found = await host.stat(next).catch(missing);
    if (found === null) return null;
    if (found.uid !== 0 && found.uid !== host.user.uid) {
      return { where: next, what: `it belongs to user ${found.uid}, who could replace what is below` };
    }
    if (found.kind === 'link') {
      links += 1;
      if (links > 40) return { where: next, what: 'its links lead in a circle' };
      const target = posix.resolve(at, await host.readLink(next));
      parts = [...target.split('/').filter(Boolean), ...parts.slice(1)];
      at = '/';
      continue;
    }
    // In a sticky folder (/tmp) only the owner can rename an entry, and the owner of the next one is looked at.
    if ((found.mode & 0o1002) === 0o0002) {
      return {
        where: next,
        what: 'every user can write into it and replace what is below',
        remedy: `chmod o-w ${next}`,
      };
    }
    at = next;
    parts = parts.slice(1);
  }
  return null;
}

function missing(error: unknown): null {
  if (error instanceof HostError && error.code === 'ENOENT') return null;
  throw error;
}
