import { ExitCode, type Problem, UserError } from '../../model/errors.ts';
import type { Finished, Host } from '../../model/host.ts';
import type { Requirement } from '../../model/plan.ts';
import { binFolder } from './cache.ts';
import { failed } from './failed.ts';
import { type Missing, missingRequirements } from './requirements.ts';
import { administrator, findCommand, hostToolPath } from './search-path.ts';
import { withoutServices } from './services.ts';

/** A generator that is built from source took 18 minutes on one busy core. */
const TIMEOUT_MS = 1_800_000;

export interface InstallOptions {
  /** Our cache folder. */
  cache: string;
  /** Told before each step, for one may take minutes. */
  say(text: string): void;
}

/**
 * Gets what is missing: Debian packages in one apt-get call, and one by one where that fails; anything else by the
 * requirement's own steps into our folder of programs. No service that a package brings is started or enabled. What cannot
 * be had stops nothing else: it is returned, with the last lines of what failed. [] when everything is there.
 */
export async function installRequirements(
  host: Host,
  missing: readonly Missing[],
  { cache, say }: InstallOptions,
): Promise<Problem[]> {
  const path = await hostToolPath(host, cache);
  const requirements = [...new Map(missing.map(({ requirement: one }) => [JSON.stringify(one), one])).values()];
  const problems: Problem[] = [];
  const attempt = async (wanted: readonly Requirement[], get: () => Promise<Refused>): Promise<void> => {
    say(`Installing ${commandsOf(wanted)} ...`);
    try {
      const refused = await get();
      for (const [requirement, error] of refused) problems.push(problemOf([requirement], error));
      const gotten = wanted.filter((one) => !refused.has(one));
      for (const { requirement, reason } of await missingRequirements(host, gotten, cache))
        problems.push({ where: requirement.command, what: `installed, but still not usable: ${reason}` });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(problemOf(wanted, error));
    }
  };
  const packaged = requirements.filter(({ apt }) => apt !== null);
  if (packaged.length > 0) await attempt(packaged, () => installPackages(host, packaged, path, say));
  for (const requirement of requirements.filter(({ apt }) => apt === null))
    await attempt([requirement], () => installByHand(host, requirement, cache, path));
  return problems;
}

/** What could not be had while others could, and why. */
type Refused = ReadonlyMap<Requirement, UserError>;

const problemOf = (requirements: readonly Requirement[], { message, hint }: UserError): Problem => ({
  where: commandsOf(requirements),
  what: message,
  ...(hint === undefined ? {} : { remedy: hint }),
});

const commandsOf = (requirements: readonly Requirement[]): string =>
  [...new Set(requirements.map(({ command }) => command))].join(', ');

/** A package's words may be several packages: `uwsgi-core uwsgi-plugin-python3`. */
const aptPackages = (requirements: readonly Requirement[]): string[] => [
  ...new Set(requirements.flatMap(({ apt }) => (apt === null ? [] : apt.split(/\s+/).filter((word) => word !== '')))),
];

/** Without recommended packages: a load test's machine should gain as little as possible. */
const aptInstall = (packages: readonly string[]): string[] => [
  ...APT,
  'install',
  '-y',
  '--no-install-recommends',
  ...packages,
];
const aptUpdate = (): string[] => [...APT, 'update'];

/** Waits for another package run instead of failing at once; `env`, because sudo keeps no environment. */
const APT = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', '-o', 'DPkg::Lock::Timeout=300'];

async function installPackages(
  host: Host,
  requirements: readonly Requirement[],
  path: string,
  say: InstallOptions['say'],
): Promise<Refused> {
  const packages = aptPackages(requirements);
  if ((await findCommand(host, path, 'apt-get')) === null) {
    throw new UserError(`this machine has no apt-get to install ${packages.join(', ')} with`, {
      exitCode: ExitCode.preflightRefused,
      hint: 'install them in the way of this system; the names are those of Debian',
    });
  }
  const sudo = await administrator(host);
  if (sudo === null) {
    throw new UserError(`${host.user.name} may not install packages`, {
      exitCode: ExitCode.preflightRefused,
      hint: `run as root: apt-get install -y ${packages.join(' ')}`,
    });
  }
  const refused = new Map<Requirement, UserError>();
  await withoutServices(host, sudo, say, async () => {
    const install = (names: readonly string[]): Promise<Finished> =>
      runLong(host, [...sudo, ...aptInstall(names)], path);
    if ((await install(packages)).code === 0) return;
    // Package lists that are missing or old are by far the most likely reason: fetch them once and try again.
    const update = [...sudo, ...aptUpdate()];
    const updated = await runLong(host, update, path);
    const stale = updated.code === 0 ? null : failed('fetching the package lists', update, updated).message;
    const again = await install(packages);
    if (again.code === 0) return;
    // One package that cannot be had makes apt-get install none of them.
    for (const requirement of requirements) {
      const own = aptPackages([requirement]);
      const end = requirements.length === 1 ? again : await install(own);
      if (end.code === 0) continue;
      const said = failed(`installing ${own.join(', ')}`, [...sudo, ...aptInstall(own)], end);
      const { exitCode, message } = said;
      refused.set(requirement, stale === null ? said : new UserError(`${message}\n${stale}`, { exitCode }));
    }
  });
  return refused;
}

async function installByHand(host: Host, requirement: Requirement, cache: string, path: string): Promise<Refused> {
  if (requirement.install.length === 0) {
    throw new UserError(`nothing says how to install ${requirement.command}`, {
      exitCode: ExitCode.preflightRefused,
      hint: `install it yourself, so that \`${requirement.command}\` is on PATH`,
    });
  }
  const bin = binFolder(cache);
  await host.makeFolder(bin);
  for (const step of requirement.install) {
    const argv = step.map((word) => word.replaceAll('{{bin}}', bin));
    const end = await runLong(host, argv, path);
    if (end.code !== 0) throw failed(`installing ${requirement.command}`, argv, end);
  }
  return new Map();
}

/** Runs to the end. A missing program is a failed run. */
async function runLong(host: Host, argv: string[], path: string): Promise<Finished> {
  const collect = { collect: true } as const;
  let running: Awaited<ReturnType<Host['spawn']>>;
  try {
    // A session of its own: Ctrl-C must not break a package manager off in the middle.
    running = await host.spawn({ argv, env: { PATH: path }, stdout: collect, stderr: collect, newSession: true });
  } catch (cause) {
    const stderr = cause instanceof Error ? cause.message : String(cause);
    return { code: 127, signal: null, stdout: '', stderr, timedOut: false };
  }
  const deadline = new AbortController();
  const late = host.sleep(TIMEOUT_MS, deadline.signal).then(
    () => true,
    () => false,
  );
  const timedOut = await Promise.race([running.exited.then(() => false), late]);
  deadline.abort();
  if (timedOut) host.signal(running.pid, 'SIGTERM');
  return { ...(await running.exited), timedOut };
}
