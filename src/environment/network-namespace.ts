import type { Host } from '../model/host.ts';

/** The network namespace of a process, `net:[4026531840]`; of this one unless told otherwise. */
export const networkOf = (host: Host, pid: number | string = host.pid): Promise<string> =>
  host.readLink(`/proc/${pid}/ns/net`);

/** Whether any process that can be looked at is in it. One that is only mounted somewhere (ip-netns(8)) is not seen. */
export async function isInhabited(host: Host, network: string): Promise<boolean> {
  for (const pid of (await host.list('/proc')).filter((name) => /^\d+$/.test(name))) {
    if ((await networkOf(host, pid).catch(() => null)) === network) return true;
  }
  return false;
}
