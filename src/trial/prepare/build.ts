import { isAbsolute, join, normalize } from 'node:path';
import { ExitCode, UserError } from '../../model/errors.ts';
import type { Host } from '../../model/host.ts';
import type { ServerPlan } from '../../model/plan.ts';
import { failed } from './failed.ts';
import { digestOf, kept } from './kept.ts';
import { fillArgv, type Placeholders } from './placeholders.ts';
import type { PrepareTools } from './prepare.ts';

const TIMEOUT_MS = 600_000;

/**
 * Runs the recipe's build steps in its folder, unless the same inputs were built with the same steps and tools before.
 * Returns the folder that holds what was built.
 */
export async function prepareBuild(
  host: Host,
  server: Pick<ServerPlan, 'name' | 'folder' | 'requires'>,
  build: NonNullable<ServerPlan['build']>,
  placeholders: Placeholders,
  where: PrepareTools & { path: string },
): Promise<string> {
  const env = { PATH: where.path };
  const inputs = await Promise.all(build.inputs.map((name) => readInput(host, server, name)));
  const tools = await Promise.all(
    server.requires.map(({ verify }) => (verify === null ? null : answer(host, verify.argv, env))),
  );
  const key = digestOf([inputs, build.steps, tools]);
  return kept(host, join(where.cache, 'build', `${server.name}-${key}`), async (folder) => {
    where.say(`Building ${server.name} ...`);
    for (const [index, step] of build.steps.entries()) {
      const argv = fillArgv(step, { ...placeholders, build: folder }, `${server.name}: build.steps[${index}]`);
      const end = await host.run([...where.leash, ...argv], { cwd: server.folder, env, timeoutMs: TIMEOUT_MS });
      if (end.code !== 0) throw failed(`building ${server.name}`, argv, end);
    }
  });
}

async function readInput(
  host: Host,
  server: Pick<ServerPlan, 'name' | 'folder'>,
  name: string,
): Promise<[string, string]> {
  const file = isAbsolute(name) ? name : join(server.folder, normalize(name));
  try {
    return [name, await host.readText(file)];
  } catch (cause) {
    throw new UserError(`${server.name}: build.inputs names ${name}, which cannot be read (${file})`, {
      exitCode: ExitCode.wrongInput,
      cause,
    });
  }
}

/** What a tool says of its version: a binary of another compiler is another server. */
async function answer(host: Host, argv: readonly string[], env: Record<string, string>): Promise<string | null> {
  const said = await host.run(argv, { env, timeoutMs: 10_000 }).catch(() => null);
  return said === null ? null : `${said.stdout}${said.stderr}`;
}
