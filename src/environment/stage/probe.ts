import { type Host, HostError } from '../../model/host.ts';
import { startInside } from './enter.ts';
import { type Namespaces, openNamespaces } from './namespaces.ts';

export interface IsolationFinding {
  /** Stages can have namespaces of their own. */
  namespace: boolean;
  /** They need a user namespace: the runner is not root, or root without the right to make them. */
  rootless: boolean;
  /** One sentence: what was shown, or what refused and why. */
  reason: string;
}

/** Opens a trial stage, starts a program inside, looks whether it is where it should be, and closes it again. */
export async function probeIsolation(host: Host): Promise<IsolationFinding> {
  const refusals: string[] = [];
  for (const rootless of host.user.uid === 0 ? [false, true] : [true]) {
    const refusal = await tryOut(host, rootless);
    if (refusal === null) {
      const how = rootless ? `in a user namespace as ${host.user.name}` : 'as root';
      return { namespace: true, rootless, reason: `private network, PID and mount namespaces were opened ${how}` };
    }
    refusals.push(`${rootless ? 'with a user namespace' : 'as root'}: ${refusal}`);
  }
  const hints = host.user.uid === 0 ? [] : await knownRestrictions(host);
  return { namespace: false, rootless: host.user.uid !== 0, reason: [...refusals, ...hints].join('; ') };
}

/** null when it works, else what refused. */
async function tryOut(host: Host, rootless: boolean): Promise<string | null> {
  try {
    const inside = await openNamespaces(host, { rootless, network: null, settings: '', worker: '', node: '' });
    try {
      return await look(host, inside);
    } finally {
      await inside.close();
    }
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return error.code === 'ENOENT'
      ? `${error.message} (setpriv, unshare and nsenter come with util-linux)`
      : error.message;
  }
}

/** The program must be in a network and a process table of its own, and its exit code must come out. */
async function look(host: Host, inside: Namespaces): Promise<string | null> {
  const argv = ['sh', '-c', 'readlink /proc/self/ns/net; echo $$; exit 7'];
  const child = await startInside(host, inside, { argv, stdout: { collect: true }, stderr: { collect: true } });
  const { code, stdout, stderr } = await child.exited;
  if (code !== 7) return `a program inside did not run as it should: ${stderr.trim() || `exit code ${code}`}`;
  const [net, pid] = stdout.trim().split('\n');
  if (net === (await host.readLink(`/proc/${host.pid}/ns/net`))) return 'a program inside has the network of the host';
  if (Number(pid) === child.pid) return 'a program inside has the process table of the host';
  return null;
}

/** Switches by which distributions refuse user namespaces to ordinary users. */
async function knownRestrictions(host: Host): Promise<string[]> {
  const switches: [path: string, refusing: string][] = [
    ['/proc/sys/kernel/apparmor_restrict_unprivileged_userns', '1'],
    ['/proc/sys/kernel/unprivileged_userns_clone', '0'],
    ['/proc/sys/user/max_user_namespaces', '0'],
  ];
  const found: string[] = [];
  for (const [path, refusing] of switches) {
    const value = await host.readText(path).catch(() => '');
    if (value.trim() === refusing) found.push(`${path} is ${refusing}`);
  }
  return found;
}
