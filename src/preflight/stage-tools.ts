import type { Host } from '../model/host.ts';
import type { Requirement, Settings } from '../model/plan.ts';
import { type Missing, missingRequirements } from '../trial/prepare/requirements.ts';

const program = (command: string, apt: string): Requirement => ({ command, apt, install: [], verify: null });
const IP = program('ip', 'iproute2');
const TC = program('tc', 'iproute2');
const NFT = program('nft', 'nftables');
const PERL = program('perl', 'perl-base');

/** All that a shaped link can ask for. */
export const EVERY_SHAPE: Settings['network'] = { rateMbit: 1, lossPercent: 1, delayMs: 1 };

/**
 * What stages in namespaces lack, with these networks. Beside util-linux, which is essential on Debian (unshare, nsenter,
 * setpriv, prlimit, taskset), an unshaped one needs `ip` or perl to bring its loopback up.
 */
export async function missingStageTools(
  host: Host,
  networks: readonly Settings['network'][],
  cache: string,
): Promise<Missing[]> {
  const shaped = networks.filter((network) => network !== null);
  const wanted = new Set<Requirement>();
  const hasPerl = (await missingRequirements(host, [PERL], cache)).length === 0;
  if (shaped.length > 0 || !hasPerl) wanted.add(IP);
  if (shaped.some(({ rateMbit, delayMs }) => rateMbit || delayMs)) wanted.add(TC);
  if (shaped.some(({ lossPercent }) => lossPercent)) wanted.add(NFT);
  return missingRequirements(host, [...wanted], cache);
}
