import { join } from 'node:path';
import { ExitCode, UserError } from '../../model/errors.ts';
import type { Host } from '../../model/host.ts';
import type { ServerPlan } from '../../model/plan.ts';
import { failed } from './failed.ts';
import { digestOf, isWhole, kept } from './kept.ts';
import type { PrepareTools } from './prepare.ts';

const TIMEOUT_MS = 600_000;

/**
 * A virtual environment with exactly these requirement lines, made once for the Python that is first on `path`.
 * Returns its folder; `bin/python` in it runs the packages. What is not there is downloaded with `install` only.
 */
export async function prepareVenv(
  host: Host,
  { name, pip }: Pick<ServerPlan, 'name' | 'pip'>,
  { cache, path, leash, install, say }: PrepareTools & { path: string },
): Promise<string> {
  const env = { PATH: path };
  const python = await pythonIdentity(host, env);
  const link = join(cache, 'venv', digestOf([python, pip]));
  if (!install && !(await isWhole(host, link))) {
    throw new UserError(`the Python environment of ${name} is not there`, {
      exitCode: ExitCode.preflightRefused,
      hint: '--install makes it',
    });
  }
  return kept(host, link, async (folder) => {
    say(`Making the Python environment of ${name} ...`);
    const make = ['python3', '-m', 'venv', folder];
    const made = await host.run([...leash, ...make], { env, timeoutMs: TIMEOUT_MS });
    if (made.code !== 0) {
      throw failed(
        'making a virtual environment',
        make,
        made,
        'Debian has venv in a package of its own: apt-get install -y python3-venv',
      );
    }
    const fetch = [
      join(folder, 'bin', 'python'),
      '-m',
      'pip',
      'install',
      '--disable-pip-version-check',
      '--no-input',
      ...pip,
    ];
    const installed = await host.run([...leash, ...fetch], { env, timeoutMs: TIMEOUT_MS });
    if (installed.code !== 0) throw failed('installing Python packages', fetch, installed);
  });
}

/** A virtual environment points at its Python: another version, or the same one elsewhere, needs another environment. */
async function pythonIdentity(host: Host, env: Record<string, string>): Promise<string> {
  const ask = ['python3', '-c', 'import sys; print(sys.executable, sys.version)'];
  const said = await host.run(ask, { env }).catch(() => null);
  if (said === null) {
    throw new UserError('python3 is not installed', {
      exitCode: ExitCode.preflightRefused,
      hint: 'apt-get install -y python3-venv',
    });
  }
  if (said.code !== 0) throw failed('asking Python for its version', ask, said);
  return said.stdout.trim();
}
