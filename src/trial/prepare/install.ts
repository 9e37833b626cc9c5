import { join } from 'node:path';
import { administrator } from '../../environment/administrator.ts';
import { withoutServices } from '../../environment/services.ts';
import { ExitCode, type Problem, UserError } from '../../model/errors.ts';
import type { Finished, Host } from '../../model/host.ts';
import type { Requirement } from '../../model/plan.ts';
import { binFolder } from './cache.ts';
import { failed } from './failed.ts';
import { type Missing, missingRequirements } from './requirements.ts';
import { findCommand, hostToolPath } from './search-path.ts';

/** A generator that is built from source took 18 minutes on one busy core. */
const TIMEOUT_MS = 1_800_000;

export interface InstallOptions {
  /** Our cache folder. */
  cache: string;
  /** Where what must survive a run's death is kept. */
  state: string;
  /** argv prefix that ties a requirement's own steps to the runner's life. */
  leash: readonly string[];
  /** Told before each step, for one may take minutes. */
  say(text: string): void;
  /** Ends a requirement's own steps; a package manager that is at work is let come to its end. */
  signal: AbortSignal;
}

/**
 * Gets what is missing: Debian packages in one apt-get call, and one by one where that fails; anything else by the
 * requirement's own steps into our folder of programs. No service that a package brings is started or enabled. What cannot
 * be had stops nothing else: it is returned, with the last lines of what failed. [] when everything is there. `UserError`
 * (exit 130) when it is interrupted.
 */
export async function installRequirements(
  host: Host,
  missing: readonly Missing[],
  options: InstallOptions,
): Promise<Problem[]> {
  const { cache, say, signal } = options;
  const path = await hostToolPath(host, cache);
  const requirements = [...new Map(missing.map(({ requirement: one }) => [JSON.stringify(one), one])).values()];
  const problems: Problem[] = [];
  const attempt = async (wanted: readonly Requirement[], get: () => Promise<Refused>): Promise<void> => {
    goOn(signal);
    say(`Installing ${commandsOf(wanted)} ...`);
    try {
      const refused = await get();
      for (const [requirement, error] of refused) problems.push(problemOf([requirement], error));
      const gotten = wanted.filter((one) => !refused.has(one));
      for (const { requirement, reason } of await missingRequirements(host, gotten, cache))
        problems.push({ where: requirement.command, what: `installed, but still not usable: ${reason}` });
    } catch (error) {
      goOn(signal);
      if (!(error instanceof UserError)) throw error;
      problems.push(problemOf(wanted, error));
    }
  };
  const packaged = requirements.filter(({ apt }) => apt !== null);
  if (packaged.length > 0) await attempt(packaged, () => installPackages(host, packaged, path, options));
  for (const requirement of requirements.filter(({ apt }) => apt === null))
    await attempt([requirement], () => installByHand(host, requirement, path, options));
  goOn(signal);
  return problems;
}

function goOn(signal: AbortSignal): void {
  if (signal.aborted) throw new UserError('interrupted while it was installing', { exitCode: ExitCode.interrupted });
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

/** `env`, because sudo keeps no environment. Waits for another package run instead of failing at once. */
const apt = (variable: string, ...words: readonly string[]): string[] => [
  ...['env', 'DEBIAN_FRONTEND=noninteractive', variable, 'apt-get', '-q', '-o', 'DPkg::Lock::Timeout=300'],
  ...words,
];

/** Without recommended packages: a load test's machine should gain as little as possible. */
const INSTALL = ['install', '-y', '--no-install-recommends'];

async function installPackages(
  host: Host,
  requirements: readonly Requirement[],
  path: string,
  { state, say, signal }: InstallOptions,
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
  await withoutServices(host, { sudo, state, say }, async ({ variable, scratch }) => {
    const run = (argv: readonly string[]): Promise<Finished> => {
      goOn(signal);
      return runToEnd(host, argv, path, { scratch, say, signal });
    };
    const install = (names: readonly string[]): string[] => [...sudo, ...apt(variable, ...INSTALL, ...names)];
    if ((await run(install(packages))).code === 0) return;
    // Package lists that are missing or old are by far the most likely reason: fetch them once and try again.
    const update = [...sudo, ...apt(variable, 'update')];
    const updated = await run(update);
    const stale = updated.code === 0 ? null : failed('fetching the package lists', update, updated).message;
    const again = await run(install(packages));
    if (again.code === 0) return;
    // One package that cannot be had makes apt-get install none of them.
    for (const requirement of requirements) {
      const own = aptPackages([requirement]);
      const end = requirements.length === 1 ? again : await run(install(own));
      if (end.code === 0) continue;
      const said = failed(`installing ${own.join(', ')}`, install(own), end);
      const { exitCode, message } = said;
      refused.set(requirement, stale === null ? said : new UserError(`${message}\n${stale}`, { exitCode }));
    }
  });
  return refused;
}

async function installByHand(
  host: Host,
  requirement: Requirement,
  path: string,
  { cache, leash, signal }: InstallOptions,
): Promise<Refused> {
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
    const options = { env: { PATH: path }, timeoutMs: TIMEOUT_MS, signal };
    const end = await host.run([...leash, ...argv], options).catch(notStarted);
    if (end.code !== 0) throw failed(`installing ${requirement.command}`, argv, end);
  }
  return new Map();
}

/**
 * Runs to the end, whatever interrupts or kills us: a package manager must not be broken off in the middle. So it writes to a
 * file: a pipe that nobody reads any more would end it.
 */
async function runToEnd(
  host: Host,
  argv: readonly string[],
  path: string,
  { scratch, say, signal }: Pick<InstallOptions, 'say' | 'signal'> & { scratch: string },
): Promise<Finished> {
  const output = { file: join(scratch, `apt-get-${host.monotonicNs()}`) };
  let running: Awaited<ReturnType<Host['spawn']>>;
  try {
    // A session of its own: Ctrl-C reaches the whole group of the terminal.
    running = await host.spawn({ argv, env: { PATH: path }, stdout: output, stderr: output, newSession: true });
  } catch (cause) {
    return notStarted(cause);
  }
  const tell = (): void =>
    say('Interrupted; apt-get is let come to its end, so that no package is left half-installed.');
  signal.addEventListener('abort', tell, { once: true });
  const deadline = new AbortController();
  const late = host.sleep(TIMEOUT_MS, deadline.signal).then(
    () => true,
    () => false,
  );
  const timedOut = await Promise.race([running.exited.then(() => false), late]);
  deadline.abort();
  if (timedOut) host.signal(running.pid, 'SIGTERM');
  const end = await running.exited;
  signal.removeEventListener('abort', tell);
  return { ...end, stdout: await host.readText(output.file).catch(() => ''), timedOut };
}

/** A missing program is a failed run. */
function notStarted(cause: unknown): Finished {
  const stderr = cause instanceof Error ? cause.message : String(cause);
  return { code: 127, signal: null, stdout: '', stderr, timedOut: false };
}
