import { join } from 'node:path';
import { ExitCode, UserError } from '../../model/errors.ts';
import type { Host } from '../../model/host.ts';
import { failed } from './failed.ts';

/** Debian asks this program before a package's script starts a service; 101 forbids. */
const POLICY = '/usr/sbin/policy-rc.d';
/** Where a policy that was there before waits. */
const ASIDE = `${POLICY}.before-loadcell`;
const WANTED = '/etc/systemd/system/multi-user.target.wants';
const MARK = '# loadcell';

/**
 * Forbids service starts while process `pid` (started at `startTime` by its /proc entry) lives. Should that process be
 * killed in the middle, what it leaves behind allows again, or asks the policy that was there before.
 */
export const policyScript = (pid: number, startTime: string): string => `#!/bin/sh
${MARK}: no service starts while it installs packages
if [ "$(sed 's/.*) //' /proc/${pid}/stat 2>/dev/null | cut -d ' ' -f 20)" = "${startTime}" ]; then exit 101; fi
if [ -x ${ASIDE} ]; then exec ${ASIDE} "$@"; fi
exit 0
`;

/**
 * Runs `body`, in which packages are installed, so that no daemon runs or is enabled afterwards that was not before:
 * nginx's package would start nginx on port 80, now and at every boot.
 */
export async function withoutServices(
  host: Host,
  sudo: readonly string[],
  say: (text: string) => void,
  body: () => Promise<void>,
): Promise<void> {
  const before = await enabledServices(host);
  const folder = await host.makeTemporaryFolder('loadcell-policy-');
  try {
    const script = join(folder, 'policy-rc.d');
    await host.writeText(script, policyScript(host.pid, await startTime(host)), 0o755);
    await putAside(host, sudo);
    await must(host, [...sudo, 'install', '-m', '755', script, POLICY]);
    await body();
  } finally {
    await host.remove(folder);
    await putBack(host, sudo);
    await disableNew(host, sudo, before, say);
  }
}

/** Another program's policy waits under a name of its own. One of ours, from a run that was killed, is not worth keeping. */
async function putAside(host: Host, sudo: readonly string[]): Promise<void> {
  if (!(await host.exists(POLICY)) || (await isOurs(host))) return;
  await must(host, [...sudo, 'mv', '-f', POLICY, ASIDE]);
}

async function putBack(host: Host, sudo: readonly string[]): Promise<void> {
  if (await host.exists(ASIDE)) await must(host, [...sudo, 'mv', '-f', ASIDE, POLICY]);
  else if ((await host.exists(POLICY)) && (await isOurs(host))) await must(host, [...sudo, 'rm', '-f', POLICY]);
}

const isOurs = async (host: Host): Promise<boolean> => (await host.readText(POLICY).catch(() => '')).includes(MARK);

/** Units that systemd would start at boot; none where there is no systemd. */
const enabledServices = async (host: Host): Promise<string[]> => host.list(WANTED).catch(() => []);

async function disableNew(
  host: Host,
  sudo: readonly string[],
  before: string[],
  say: (text: string) => void,
): Promise<void> {
  for (const unit of (await enabledServices(host)).filter((one) => !before.includes(one))) {
    await must(host, [...sudo, 'rm', '-f', join(WANTED, unit)]);
    say(`${unit} stays off: its package had enabled it at boot (systemctl enable ${unit} brings it back)`);
  }
}

/** Field 22 of /proc/PID/stat: with the pid it names one process for as long as the machine is up. */
async function startTime(host: Host): Promise<string> {
  const stat = await host.readText(`/proc/${host.pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

async function must(host: Host, argv: readonly string[]): Promise<void> {
  const end = await host.run(argv).catch((cause: unknown) => {
    throw new UserError(`cannot run ${argv[0]}`, { exitCode: ExitCode.preflightRefused, cause });
  });
  if (end.code !== 0) throw failed('keeping services from starting', argv, end);
}
