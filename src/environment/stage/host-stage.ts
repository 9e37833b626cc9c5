import { type Host, HostError } from '../../model/host.ts';
import type { Stage } from '../../model/stage.ts';
import { runInside, startGated } from './gate.ts';
import { join, makeGroup, membersOf } from './groups.ts';
import { startKeeper } from './keeper.ts';
import { marked, markFor, markPrefix } from './marks.ts';
import type { StageOptions } from './options.ts';
import { ownerOf, stageName } from './owner.ts';
import { drained } from './sockets.ts';

const DRAIN_MS = 65_000;

/**
 * The host itself as a stage: nothing is private, but everything that was started in it ends with it. A small keeper
 * on a pipe does that, in order when the stage is closed and at once when the runner dies.
 */
export async function openHostStage(host: Host, options: StageOptions): Promise<Stage> {
  refuse(options);
  const owner = await ownerOf(host, host.pid);
  const name = stageName(options.runId, owner);
  const netRoot = `/proc/${host.pid}/net`;
  const timeWaitBefore = await drained(host, netRoot, options.drainMs ?? DRAIN_MS, options.signal);
  const group = await makeGroup(host, name);
  const mark = markFor(owner, name);
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
