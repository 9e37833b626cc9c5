import { join } from 'node:path';
import { UserError } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import type { ServerPlan } from '../model/plan.ts';
import type { ServerFacts } from '../model/run.ts';
import { type InstallOptions, installRequirements } from '../trial/prepare/install.ts';
import { type Prepared, prepareServer } from '../trial/prepare/prepare.ts';
import { renderServer } from '../trial/prepare/render.ts';
import { type Missing, missingRequirements, requirementsOf } from '../trial/prepare/requirements.ts';

export interface PreparedServers {
  prepared: Record<string, Prepared>;
  facts: Record<string, ServerFacts>;
  /** Server name -> why it cannot run here, with the next step. */
  unavailable: Record<string, string>;
}

export interface PrepareOptions extends InstallOptions {
  /** Packages may be installed and downloaded. */
  install: boolean;
  scratch: string;
}

/** Finds (or installs), builds and renders every server of the plan. One that cannot be had takes none of the others along. */
export async function prepareServers(
  host: Host,
  servers: readonly ServerPlan[],
  options: PrepareOptions,
): Promise<PreparedServers> {
  const all: PreparedServers = { prepared: {}, facts: {}, unavailable: {} };
  if (options.install) await installMissing(host, servers, options);
  const stoppable: Host = { ...host, run: (argv, given) => host.run(argv, { signal: options.signal, ...given }) };
  for (const server of servers) {
    const missing = await missingRequirements(host, requirementsOf(server), options.cache);
    if (missing.length > 0) {
      all.unavailable[server.name] = missing
        .map(({ reason, install }) => (install === null ? reason : `${reason}; ${howToGet(install, options.install)}`))
        .join('; ');
      continue;
    }
    try {
      const prepared = await prepareServer(stoppable, server, options);
      all.prepared[server.name] = prepared;
      all.facts[server.name] = await factsOf(host, server, prepared, options.scratch);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      all.unavailable[server.name] = [error.message, ...error.problems.map((one) => one.what), error.hint ?? '']
        .filter((text) => text !== '')
        .join('; ');
    }
  }
  return all;
}

const howToGet = (command: string, tried: boolean): string =>
  tried ? `--install could not get it; by hand: ${command}` : `get it with --install, or: ${command}`;

async function installMissing(host: Host, servers: readonly ServerPlan[], options: PrepareOptions): Promise<void> {
  const missing = await missingRequirements(host, servers.flatMap(requirementsOf), options.cache);
  await installAll(host, missing, options);
}

/** Installs what it can: what cannot be had makes its cells not-run, and says why here. */
export async function installAll(host: Host, missing: readonly Missing[], options: InstallOptions): Promise<void> {
  for (const { where, what, remedy } of await installRequirements(host, missing, options))
    options.say(`${where}: ${what}${remedy === undefined ? '' : ` (${remedy})`}`);
}

/** Version, command and files as the report shows them: this machine's folders under their placeholders' names. */
async function factsOf(host: Host, server: ServerPlan, prepared: Prepared, scratch: string): Promise<ServerFacts> {
  const trialFolder = join(scratch, `show-${server.name}`);
  await host.makeFolder(trialFolder);
  const rendered = await renderServer(host, server, prepared, { trialFolder, port: server.port, address: '127.0.0.1' });
  const named = namePlaces({ ...prepared.placeholders, trial: trialFolder });
  return {
    version: prepared.version,
    command: rendered.argv.map(named),
    shown: rendered.shown.map((file) => ({ ...file, text: named(file.text) })),
  };
}

/** Puts placeholders back for the folders that they stood for: nobody else has these folders. */
function namePlaces(places: Readonly<Record<string, string>>): (text: string) => string {
  const longestFirst = Object.entries(places).toSorted(([, a], [, b]) => b.length - a.length);
  return (text) =>
    longestFirst.reduce((shown, [name, path]) => (path === '' ? shown : shown.replaceAll(path, `{{${name}}}`)), text);
}
