import { drivers } from '../drivers/index.ts';
import type { Problem } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import { EVERY_SHAPE, missingStageTools } from '../preflight/stage-tools.ts';
import { type InstallOptions, installRequirements } from '../trial/prepare/install.ts';
import { missingRequirements } from '../trial/prepare/requirements.ts';

/**
 * Gets every generator and every tool of a stage that is not here: packages first, then those that have to be built one by one, which takes minutes
 * each. What cannot be had stops none of the others; it is returned.
 */
export async function installGenerators(host: Host, options: InstallOptions): Promise<Problem[]> {
  const { cache } = options;
  const missing = [
    ...(await missingStageTools(host, [EVERY_SHAPE], cache)),
    ...(await missingRequirements(
      host,
      drivers.flatMap((driver) => driver.requires),
      cache,
    )),
  ];
  return installRequirements(host, missing, options);
}
