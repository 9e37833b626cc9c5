import { drivers } from '../drivers/index.ts';
import type { Problem } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import { installRequirements } from '../trial/prepare/install.ts';
import { missingRequirements } from '../trial/prepare/requirements.ts';

/**
 * Gets every generator that is not here: packages first, then those that have to be built one by one, which takes minutes
 * each. What cannot be had stops none of the others; it is returned.
 */
export async function installGenerators(host: Host, cache: string, say: (text: string) => void): Promise<Problem[]> {
  const missing = await missingRequirements(
    host,
    drivers.flatMap((driver) => driver.requires),
    cache,
  );
  return installRequirements(host, missing, { cache, say });
}
