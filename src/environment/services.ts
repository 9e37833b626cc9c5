import { join } from 'node:path';
import { ExitCode, UserError } from '../model/errors.ts';
import { type Host, HostError } from '../model/host.ts';
import { administrator } from './administrator.ts';
import { bootId, json, LedgerProblem, owner, readOwn, record, string } from './ledger.ts';
import { secureFolder } from './place.ts';
import { makeScratch, removeScratch } from './scratch.ts';
import { isAlive, type Owner, ownerOf } from './stage/owner.ts';

/** Debian asks this program before a package's script starts a service; 101 forbids. */
const POLICY = '/usr/sbin/policy-rc.d';
/** Where a policy that was there before waits. */
const ASIDE = `${POLICY}.before-loadcell`;
const WANTED = '/etc/systemd/system/multi-user.target.wants';
const MARK = '# loadcell';
/** Set for the package manager, and inherited by the scripts of the packages: it tells them after the runner's death. */
const VARIABLE = 'LOADCELL_INSTALLING';

/** An installation under way, on disk before the policy is replaced: with it the next start puts the machine back. */
interface Installation {
  schemaVersion: 1;
  boot: string;
  owner: Owner;
  /** ISO 8601. */
  since: string;
  /** Units that systemd started at boot before. */
  units: string[];
}

const recordFile = (folder: string): string => join(folder, 'installing.json');
const markOf = ({ pid, start }: Owner): string => `${pid}-${start}`;

/**
 * Forbids service starts to the packages of this installation, and to all while its owner lives. Should the owner be
 * killed in the middle, what it leaves behind allows all others again, or asks the policy that was there before.
 */
export const policyScript = (by: Owner): string => `#!/bin/sh
${MARK}: no service starts while it installs packages
if [ "$${VARIABLE}" = "${markOf(by)}" ]; then exit 101; fi
if [ "$(sed 's/.*) //' /proc/${by.pid}/stat 2>/dev/null | cut -d ' ' -f 20)" = "${by.start}" ]; then exit 101; fi
if [ -x ${ASIDE} ]; then exec ${ASIDE} "$@"; fi
exit 0
`;

export interface ServiceOptions {
  /** Prefix of the administrator's commands. */
  sudo: readonly string[];
  /** Where what must survive a run's death is kept. */
  state: string;
  say(text: string): void;
}

/**
 * Runs `body`, in which packages are installed, so that no daemon runs or is enabled afterwards that was not before:
 * nginx's package would start nginx on port 80, now and at every boot. `body` gets a word for the environment of the package
 * manager, and a temporary folder. What a kill leaves is put back by `recoverServices`.
 */
export async function withoutServices(
  host: Host,
  { sudo, state, say }: ServiceOptions,
  body: (installation: { variable: string; scratch: string }) => Promise<void>,
): Promise<void> {
  await secureFolder(host, state);
  for (const line of await recoverServices(host, state)) say(line);
  const by = await ownerOf(host, host.pid);
  const units = await enabledServices(host);
  const installation: Installation = {
    ...{ schemaVersion: 1, boot: await bootId(host), owner: by },
    ...{ since: new Date(host.now()).toISOString(), units },
  };
  await host.writeDurable(recordFile(state), `${JSON.stringify(installation, null, 1)}\n`, 0o600);
  const scratch = await makeScratch(host);
  try {
    const script = join(scratch, 'policy-rc.d');
    await host.writeText(script, policyScript(by), 0o755);
    await putAside(host, sudo);
    await must(host, [...sudo, 'install', '-m', '755', script, POLICY]);
    await body({ variable: `${VARIABLE}=${markOf(by)}`, scratch });
  } finally {
    try {
      await putBack(host, sudo);
      await disableNew(host, sudo, units, say);
      await host.remove(recordFile(state));
    } finally {
      await removeScratch(host, scratch);
    }
  }
}

/**
 * Puts back the policy that a killed installation had replaced; to be called before anything is installed. Gives what it did,
 * one sentence each; [] when nothing was left. `UserError` when that installation is still under way, or needs another user.
 */
export async function recoverServices(host: Host, state: string): Promise<string[]> {
  const found = await readOwn(host, recordFile(state), parseInstallation);
  if (found === null) return [];
  const which = `an installation of packages (process ${found.owner.pid}, since ${found.since})`;
  if (found.boot === (await bootId(host))) {
    const busy = (await isAlive(host, found.owner)) ? found.owner.pid : await marked(host, markOf(found.owner));
    if (busy !== null) {
      throw new UserError(`${which} has not ended`, {
        exitCode: ExitCode.preflightRefused,
        hint: `Wait for process ${busy} to end: a package that is half-installed would have to be mended by hand.`,
      });
    }
  }
  const lines: string[] = [];
  if ((await host.exists(ASIDE)) || (await isOurs(host))) {
    const sudo = await administrator(host);
    if (sudo === null) {
      throw new UserError(`what ${which} left cannot be put back by ${host.user.name}`, {
        exitCode: ExitCode.preflightRefused,
        hint: `allow sudo for a while (sudo -v), then: loadcell restore. Or put ${POLICY} right by hand, then remove ${recordFile(state)}.`,
      });
    }
    const done = await putBack(host, sudo);
    if (done !== null) lines.push(`${done}: ${which} was killed.`);
  }
  // When it was enabled, and by whom, cannot be told any more: it is left to the administrator.
  for (const unit of (await enabledServices(host)).filter((one) => !found.units.includes(one)))
    lines.push(`${unit} is enabled at boot since ${which} was killed: systemctl disable ${unit} turns it off.`);
  await host.remove(recordFile(state));
  return lines;
}

function parseInstallation(text: string): Installation {
  const found = record(json(text), 'the installation');
  if (found.schemaVersion !== 1)
    throw new LedgerProblem('it is not of version 1: another version of loadcell wrote it');
  if (!Array.isArray(found.units)) throw new LedgerProblem('units is not a list');
  return {
    schemaVersion: 1,
    boot: string(found.boot, 'boot'),
    owner: owner(found.owner, 'owner'),
    since: string(found.since, 'since'),
    units: found.units.map((unit) => string(unit, 'units')),
  };
}

/** A process of the installation, or sudo above it, whose words anybody may read; null when all have ended. */
async function marked(host: Host, mark: string): Promise<number | null> {
  for (const pid of (await host.list('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)) {
    for (const words of ['environ', 'cmdline']) {
      const text = await host.readText(`/proc/${pid}/${words}`).catch(() => '');
      if (text.split('\0').includes(`${VARIABLE}=${mark}`) && host.signal(pid, 0)) return pid;
    }
  }
  return null;
}

/** Another program's policy waits under a name of its own. One of ours, from a run that was killed, is not worth keeping. */
async function putAside(host: Host, sudo: readonly string[]): Promise<void> {
  if (!(await host.exists(POLICY)) || (await isOurs(host))) return;
  await must(host, [...sudo, 'mv', '-f', POLICY, ASIDE]);
}

/** Says what it did; null: nothing was to be done. A policy that somebody else put there meanwhile stays. */
async function putBack(host: Host, sudo: readonly string[]): Promise<string | null> {
  const aside = await host.exists(ASIDE);
  const ours = await isOurs(host);
  if (aside && !ours && (await host.exists(POLICY)))
    return `Left ${POLICY}, which is not loadcell's; the one before is ${ASIDE}`;
  if (aside) {
    await must(host, [...sudo, 'mv', '-f', ASIDE, POLICY]);
    return `Put back ${POLICY}`;
  }
  if (!ours) return null;
  await must(host, [...sudo, 'rm', '-f', POLICY]);
  return `Removed ${POLICY}`;
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

async function must(host: Host, argv: readonly string[]): Promise<void> {
  const refuse = (how: string): never => {
    throw new UserError(`keeping services from starting failed: \`${argv.join(' ')}\` ${how}`, {
      exitCode: ExitCode.preflightRefused,
    });
  };
  try {
    const { code, stderr } = await host.run(argv);
    if (code !== 0) refuse(`exited ${code}\n${stderr.trim()}`);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    refuse(`cannot be run: ${error.message}`);
  }
}
