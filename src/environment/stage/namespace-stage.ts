import { type Host, HostError, type Running } from '../../model/host.ts';
import type { Stage, StageProcess, StageSide } from '../../model/stage.ts';
import { startInside } from './enter.ts';
import { runInside } from './gate.ts';
import { type Namespaces, openNamespaces } from './namespaces.ts';
import type { StageOptions } from './options.ts';
import { treeOf } from './process-tree.ts';
import { timeWaitOf } from './sockets.ts';
import { copiedOf, proofsOf, sysctlJob } from './sysctl.ts';

/** A stage in namespaces of its own: its settings, sockets and processes vanish with it. */
export async function openNamespaceStage(host: Host, options: StageOptions): Promise<Stage> {
  const job = await sysctlJob(host, options.tweaks, options.copyHost);
  const inside = await openNamespaces(host, {
    ...options,
    settings: job.copy.length + job.set.length === 0 ? '' : JSON.stringify(job),
  });
  const netRoot = `/proc/${inside.holders.server}/net`;
  const started = new Map<number, Running>();
  let closing: Promise<void> | null = null;

  const spawn: Stage['spawn'] = async (spec, where = {}) => {
    if (closing !== null) throw new HostError('the stage is closed', 'ESRCH');
    const child = await startInside(host, inside, spec, where.side);
    started.set(child.pid, child);
    void child.exited.then(() => started.delete(child.pid));
    return child;
  };

  return {
    kind: 'namespace',
    record: {
      kind: 'namespace',
      rootless: options.rootless,
      copied: copiedOf(inside.reports[options.network === null ? 'whole' : 'server']),
      timeWaitBefore: await timeWaitOf(host, netRoot),
    },
    proofs: proofsOf(options.tweaks, inside.reports),
    address: options.network === null ? '127.0.0.1' : '198.18.0.1',
    netRoot,
    generatorNetRoot: `/proc/${inside.holders.generator}/net`,
    spawn,
    run: (argv, { side, ...rest } = {}) => runInside(host, (spec) => spawn(spec, sideOf(side)), argv, rest),
    processes: () => members(host, inside, [...started.keys()]),
    [Symbol.asyncDispose]: () => {
      closing ??= closeAll(inside, started);
      return closing;
    },
  };
}

const sideOf = (side: StageSide | undefined): { side?: StageSide } => (side === undefined ? {} : { side });

/** Orphans belong to process 1; what was entered descends from processes that the host started. */
async function members(host: Host, inside: Namespaces, entered: readonly number[]): Promise<number[]> {
  const holders = [inside.holders.server, inside.holders.generator];
  const all = await treeOf(host, [inside.holders.server, ...entered]);
  return all.filter((pid) => !holders.includes(pid) && host.signal(pid, 0));
}

async function closeAll(inside: Namespaces, started: ReadonlyMap<number, StageProcess>): Promise<void> {
  const ends = [...started.values()].map((child) => child.exited);
  await inside.close();
  // Their wrappers outside notice at once.
  await Promise.all(ends);
}
