import type { Host } from '../model/host.ts';

/** Prefix that makes a command the administrator's: nothing as root, else sudo where it asks for no password; null = no way. */
export async function administrator(host: Host): Promise<string[] | null> {
  if (host.user.uid === 0) return [];
  const asked = await host.run(['sudo', '-n', 'true']).catch(() => null);
  return asked?.code === 0 ? ['sudo', '-n'] : null;
}
