import type { Host } from '../../model/host.ts';
import type { ServerPlan } from '../../model/plan.ts';
import { prepareBuild } from './build.ts';
import { fillArgv } from './placeholders.ts';
import { hostToolPath } from './search-path.ts';
import { prepareVenv } from './venv.ts';

/** A server that can be started: built, with its packages installed. Holds for the whole run. */
export interface Prepared {
  /** `recipe`, `node`, and where the recipe has them `venv` and `build`: absolute paths. */
  placeholders: Record<string, string>;
  /** What the server says of its own version; null = unknown. */
  version: string | null;
  /** Added to the environment of its processes: a PATH that holds servers and our own programs. */
  env: Record<string, string>;
}

export interface PrepareTools {
  /** Our cache folder. */
  cache: string;
  /** argv prefix that ties what is built to the runner's life. */
  leash: readonly string[];
  /** Python packages may be downloaded. */
  install: boolean;
  /** Told before what may take minutes. */
  say(text: string): void;
}

/**
 * Does once for a run what every trial of a server needs. What was built or installed before is used again.
 * Throws `UserError` with the last lines of the command that failed.
 */
export async function prepareServer(host: Host, server: ServerPlan, tools: PrepareTools): Promise<Prepared> {
  const path = await hostToolPath(host, tools.cache);
  const placeholders: Record<string, string> = {
    recipe: server.folder,
    // The runner is Node itself, so that a node server needs nothing installed.
    node: await host.readLink(`/proc/${host.pid}/exe`),
  };
  if (server.pip.length > 0) placeholders.venv = await prepareVenv(host, server, { ...tools, path });
  if (server.build !== null) {
    placeholders.build = await prepareBuild(host, server, server.build, placeholders, { ...tools, path });
  }
  const env = { PATH: path };
  return { placeholders, version: await versionOf(host, server, placeholders, env), env };
}

async function versionOf(
  host: Host,
  server: ServerPlan,
  placeholders: Record<string, string>,
  env: Record<string, string>,
): Promise<string | null> {
  if (server.version === null) return null;
  const argv = fillArgv(server.version.argv, placeholders, `${server.name}: version.command`);
  const said = await host.run(argv, { env, timeoutMs: 10_000 }).catch(() => null);
  if (said === null) return null;
  const match = new RegExp(server.version.pattern, 'm').exec(`${said.stdout}\n${said.stderr}`);
  return match === null ? null : (match[1] ?? match[0]);
}
