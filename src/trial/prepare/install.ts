import { ExitCode, UserError } from '../../model/errors.ts';
import type { Finished, Host } from '../../model/host.ts';
import type { Requirement } from '../../model/plan.ts';
import { binFolder } from './cache.ts';
import { failed } from './failed.ts';
import { type Missing, missingRequirements } from './requirements.ts';
import { administrator, findCommand, hostToolPath } from './search-path.ts';
import { withoutServices } from './services.ts';

/** A generator that is built from source took 18 minutes on one busy core. */
const TIMEOUT_MS = 1_800_000;

/**
 * Gets what is missing: Debian packages in one apt-get call, anything else by the requirement's own steps into our
 * folder of programs. No service that a package brings is started or enabled. Each line of output goes to `onLine`.
 * Resolves when everything is there; throws `UserError` with the last lines of what failed.
 */
export async function installRequirements(
  host: Host,
  missing: readonly Missing[],
  cache: string,
  onLine: (line: string) => void = () => undefined,
): Promise<void> {
  const path = await hostToolPath(host, cache);
  const requirements = missing.map((one) => one.requirement);
  const packages = aptPackages(requirements);
  if (packages.length > 0) await installPackages(host, packages, path, onLine);
  for (const requirement of requirements) {
    if (requirement.apt === null) await installByHand(host, requirement, cache, path, onLine);
  }
  const still = await missingRequirements(host, requirements, cache);
  if (still.length === 0) return;
  throw new UserError('installed, but still not usable', {
    exitCode: ExitCode.preflightRefused,
    problems: still.map((one) => ({ where: one.requirement.command, what: one.reason })),
  });
}

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
  packages: string[],
  path: string,
  onLine: (line: string) => void,
): Promise<void> {
  const byHand = `apt-get install -y ${packages.join(' ')}`;
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
      hint: `run as root: ${byHand}`,
    });
  }
  await withoutServices(host, sudo, onLine, async () => {
    const install = [...sudo, ...aptInstall(packages)];
    const first = await runLoud(host, install, path, onLine);
    if (first.code === 0) return;
    // Package lists that are missing or old are by far the most likely reason: fetch them once and try again.
    const update = [...sudo, ...aptUpdate()];
    const updated = await runLoud(host, update, path, onLine);
    if (updated.code !== 0) throw failed('fetching the package lists', update, updated);
    const second = await runLoud(host, install, path, onLine);
    if (second.code !== 0) throw failed(`installing ${packages.join(', ')}`, install, second);
  });
}

async function installByHand(
  host: Host,
  requirement: Requirement,
  cache: string,
  path: string,
  onLine: (line: string) => void,
): Promise<void> {
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
    const end = await runLoud(host, argv, path, onLine);
    if (end.code !== 0) throw failed(`installing ${requirement.command}`, argv, end);
  }
}

/** Runs to the end and passes stdout on line by line. A missing program is a failed run. */
async function runLoud(host: Host, argv: string[], path: string, onLine: (line: string) => void): Promise<Finished> {
  onLine(`$ ${argv.join(' ')}`);
  const collect = { collect: true } as const;
  let running: Awaited<ReturnType<Host['spawn']>>;
  try {
    // A session of its own: Ctrl-C must not break a package manager off in the middle.
    running = await host.spawn({ argv, env: { PATH: path }, stdout: collect, stderr: collect, newSession: true });
  } catch (cause) {
    const stderr = cause instanceof Error ? cause.message : String(cause);
    return { code: 127, signal: null, stdout: '', stderr, timedOut: false };
  }
  running.onLine(onLine);
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
