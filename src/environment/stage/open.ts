import type { Host } from '../../model/host.ts';
import type { Stage } from '../../model/stage.ts';
import { openHostStage } from './host-stage.ts';
import { openNamespaceStage } from './namespace-stage.ts';
import type { StageOptions } from './options.ts';

export type { StageOptions };

/** Opens where one trial runs. Rejects with a `HostError` whose message is the reason when it cannot be had. */
export function openStage(host: Host, options: StageOptions): Promise<Stage> {
  return options.isolation === 'namespace' ? openNamespaceStage(host, options) : openHostStage(host, options);
}
