import type { Host } from '../../model/host.ts';
import type { Requirement, ServerPlan } from '../../model/plan.ts';
import { findCommand, hostToolPath } from './search-path.ts';

const VERIFY_TIMEOUT_MS = 10_000;

export interface Missing {
  requirement: Requirement;
  /** Why it counts as missing: `nginx is not installed`, or what is there instead. */
  reason: string;
  /** The command to show that would bring it; null when the requirement names no way in. */
  install: string | null;
}

/** Debian splits venv from Python; without it `python3 -m venv` fails half-way. */
const PYTHON_VENV: Requirement = {
  command: 'python3',
  apt: 'python3-venv',
  install: [],
  verify: { argv: ['python3', '-c', 'import ensurepip, venv; print("has venv")'], pattern: 'has venv' },
};

/** What a server needs on the machine: what its recipe names, and what its Python packages imply. */
export function requirementsOf(server: Pick<ServerPlan, 'requires' | 'pip'>): Requirement[] {
  const known = server.requires.some((one) => one.apt === PYTHON_VENV.apt);
  return server.pip.length === 0 || known ? [...server.requires] : [...server.requires, PYTHON_VENV];
}

/** Which of these are not on the host, or are another program of the same name. `cache`: our cache folder. */
export async function missingRequirements(
  host: Host,
  requirements: readonly Requirement[],
  cache: string | null = null,
): Promise<Missing[]> {
  if (requirements.length === 0) return [];
  const path = await hostToolPath(host, cache);
  const missing: Missing[] = [];
  for (const requirement of requirements) {
    const reason = await whyMissing(host, path, requirement);
    if (reason !== null) missing.push({ requirement, reason, install: installCommand(requirement) });
  }
  return missing;
}

async function whyMissing(host: Host, path: string, { command, verify }: Requirement): Promise<string | null> {
  const found = await findCommand(host, path, command);
  if (found === null) return `${command} is not installed`;
  if (verify === null) return null;
  const options = { env: { PATH: path }, timeoutMs: VERIFY_TIMEOUT_MS };
  const said = await host.run(verify.argv, options).catch(() => null);
  if (said !== null && new RegExp(verify.pattern, 'm').test(`${said.stdout}\n${said.stderr}`)) return null;
  return `${found} is there, but \`${verify.argv.join(' ')}\` does not answer as expected (${verify.pattern})`;
}

/** The command as a person would type it. */
export function installCommand(requirement: Requirement): string | null {
  if (requirement.apt !== null) return `apt-get install -y ${requirement.apt}`;
  const steps = requirement.install.map((argv) => argv.map(quoted).join(' '));
  return steps.length === 0 ? null : steps.join(' && ');
}

/** Our folder is shown by where it is on most machines; a user who pastes it gets the same place. */
function quoted(word: string): string {
  const shown = word.replaceAll('{{bin}}', '~/.cache/loadcell/bin');
  return /^[\w@%+=:,./~-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", `'\\''`)}'`;
}
