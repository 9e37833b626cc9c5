/**
 * Gets what the tests need, through loadcell's own install step: every generator, every recipe's server with its
 * Python packages, a browser.
 * What cannot be had here (no root, no compiler) is named; its tests are then left out, each with its reason.
 */
import aiohttp from '../experiments/servers/aiohttp/recipe.ts';
import go from '../experiments/servers/go/recipe.ts';
import nginx from '../experiments/servers/nginx/recipe.ts';
import uwsgi from '../experiments/servers/uwsgi/recipe.ts';
import { drivers } from '../src/drivers/index.ts';
import { machinePlace } from '../src/environment/place.ts';
import { checkExperiment } from '../src/experiment/load-file.ts';
import { localHost } from '../src/host/local.ts';
import { readMachine } from '../src/host/machine.ts';
import { type Problem, UserError } from '../src/model/errors.ts';
import type { Requirement } from '../src/model/plan.ts';
import { makePlan } from '../src/plan/make-plan.ts';
import { cacheFolder } from '../src/trial/prepare/cache.ts';
import { installRequirements } from '../src/trial/prepare/install.ts';
import { prepareServer } from '../src/trial/prepare/prepare.ts';
import { missingRequirements, requirementsOf } from '../src/trial/prepare/requirements.ts';

const host = localHost();
const cache = cacheFolder(process.env);
const apt = (command: string, name: string): Requirement => ({ command, apt: name, install: [], verify: null });

const experiment = checkExperiment({ title: 'all', servers: [aiohttp, go, nginx, uwsgi], load: {} }, 'setup.ts');
const plan = makePlan({ name: 'setup', file: 'setup.ts', experiment }, await readMachine(host), { seed: 1 });
const wanted: Requirement[] = [
  ...drivers.flatMap((driver) => driver.requires),
  ...plan.servers.flatMap(requirementsOf),
  // The network shaping's tools, and the browser that opens report.html.
  apt('ip', 'iproute2'),
  apt('nft', 'nftables'),
  apt('chromium', 'chromium'),
];

/** What ends with a problem is told, and its tests are left out or fail. */
const tell = ({ where, what, remedy }: Problem): void =>
  console.log(`  ${where}: ${what}${remedy === undefined ? '' : ` (${remedy})`}`);
const tools = {
  cache,
  state: machinePlace(host.user, process.env).folder,
  leash: [],
  say: (text: string): void => console.log(text),
  signal: new AbortController().signal,
};
for (const problem of await installRequirements(host, await missingRequirements(host, wanted, cache), tools))
  tell(problem);

// What runs without --install downloads nothing: the environments of Python servers are made here.
for (const server of plan.servers) {
  try {
    await prepareServer(host, server, { ...tools, install: true });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    tell({ where: server.name, what: error.message });
  }
}
