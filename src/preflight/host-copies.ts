import { namespacedKeys } from '../controls/catalogue.ts';
import { openStage } from '../environment/stage/open.ts';
import { keyOf } from '../environment/stage/sysctl.ts';
import type { Host } from '../model/host.ts';
import type { Isolation } from './isolation.ts';
import type { StageTools } from './settings.ts';

/**
 * Paths of namespaced settings whose value on this host is not a fresh namespace's, so that each trial copies them in. Asked
 * once, of a stage of its own: on an untuned host there are none, and no trial has to look.
 */
export async function hostCopies(host: Host, isolation: Isolation, tools: StageTools): Promise<string[]> {
  if (isolation.kind === 'host') return [];
  const known = namespacedKeys();
  await using stage = await openStage(host, {
    isolation: 'namespace',
    rootless: isolation.rootless,
    tweaks: [],
    copyHost: known,
    network: null,
    runId: 'preflight',
    worker: tools.sysctlWorker,
    node: tools.node,
  });
  return known.filter((path) => stage.record.copied[keyOf(path)] !== undefined);
}
