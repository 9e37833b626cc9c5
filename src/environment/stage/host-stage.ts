import { randomBytes, randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { type Host, HostError } from '../../model/host.ts';
import type { Stage } from '../../model/stage.ts';
import { runInside, startGated } from './gate.ts';
import { join, makeGroup, membersOf } from './groups.ts';
import { marked, markFor, markPrefix } from './marks.ts';
import type { StageOptions } from './options.ts';
import { drained } from './sockets.ts';

const KEEPER = fileURLToPath(new URL('./keeper.sh', import.meta.url));
const DRAIN_MS = 65_000;

/**
 * The host itself as a stage: nothing is private, but everything that was started in it ends with it. A small keeper
 * on a pipe does that, in order when the stage is closed and at once when the runner dies.
 */
export async function openHostStage(host: Host, options: StageOptions): Promise<Stage> {
  refuse(options);
  const name = `loadcell-${options.runId}-${randomBytes(4).toString('hex')}`;
  const netRoot = `/proc/${host.pid}/net`;
  const timeWaitBefore = await drained(host, netRoot, options.drainMs ?? DRAIN_MS);
  const group = await makeGroup(host, name);
  const mark = markFor(() => randomInt(2 ** 32) / 2 ** 32, name);
  const keeper = await startKeeper(host, group === null ? ['mark', mark.number, mark.name] : ['group', group]);
  let closing: Promise<void> | null = null;

  const spawn: Stage['spawn'] = (spec) => {
    if (closing !== null) return Promise.reject(new HostError('the stage is closed', 'ESRCH'));
    const marking = { ...spec, env: { ...spec.env, LOADCELL_STAGE: name } };
    return startGated(host, group === null ? markPrefix(mark) : [], marking, async ({ pid }) => {
      if (group !== null) await join(host, group, pid);
      return pid;
    });
  };

  return {
    kind: 'host',
    record: { kind: 'host', rootless: false, copied: {}, timeWaitBefore },
    proofs: [],
    address: '127.0.0.1',
    netRoot,
    generatorNetRoot: netRoot,
    spawn,
    run: (argv, { side: _side, ...rest } = {}) => runInside(host, spawn, argv, rest),
    processes: () => (group === null ? marked(host, mark) : membersOf(host, group)),
    [Symbol.asyncDispose]: () => {
      closing ??= keeper();
      return closing;
    },
  };
}

function refuse(options: StageOptions): void {
  if (options.tweaks.length > 0) {
    const names = options.tweaks.map((tweak) => tweak.setting).join(', ');
    throw new HostError(`a stage on the host has no settings of its own (${names}): they are the machine's`, 'EINVAL');
  }
  if (options.network !== null) throw new HostError('network shaping needs namespaces', 'EINVAL');
}

/**
 * Starts the keeper, in a session of its own so that a signal to the runner's group does not end it. The function given
 * lets it do its work; should something have ended it meanwhile, another one does.
 */
async function startKeeper(host: Host, argv: string[]): Promise<() => Promise<void>> {
  const keeper = await host.spawn({
    argv: ['sh', KEEPER, ...argv],
    stdin: { pipe: true },
    stdout: { collect: true },
    newSession: true,
  });
  const ready = await Promise.race([
    new Promise<boolean>((resolve) => keeper.onLine(() => resolve(true))),
    keeper.exited.then(() => false),
  ]);
  if (!ready) throw new HostError('the keeper of the stage did not start', 'ECHILD');
  return async () => {
    keeper.endStdin();
    const { code, stdout } = await keeper.exited;
    if (code === 0) return;
    if (code === null) return (await startKeeper(host, argv))();
    throw new HostError(`the stage's processes could not be ended: ${stdout.trim()}`, 'EBUSY');
  };
}
