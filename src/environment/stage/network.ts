import type { Problem } from '../../model/errors.ts';
import { type Host, HostError } from '../../model/host.ts';
import type { Settings } from '../../model/plan.ts';
import { openNamespaces } from './namespaces.ts';
import { type IsolationFinding, probeIsolation } from './probe.ts';

type Network = NonNullable<Settings['network']>;

/**
 * What forbids a declared shaping here; empty when it can be had. Asks the machine by building it: each part by itself,
 * so that the one that cannot be had is named.
 */
export async function checkNetwork(
  host: Host,
  network: Settings['network'],
  isolation?: IsolationFinding,
): Promise<Problem[]> {
  if (network === null) return [];
  const found = isolation ?? (await probeIsolation(host));
  if (!found.namespace) {
    const what = `network shaping needs network namespaces, which cannot be had here: ${found.reason}`;
    return [{ where: 'network', what, remedy: 'run as root, or remove `network` from the experiment' }];
  }
  const problems: Problem[] = [];
  for (const part of parts(network)) {
    const refusal = await tryOut(host, found.rootless, part.network);
    if (refusal !== null) problems.push({ where: part.where, what: refusal, remedy: part.remedy });
  }
  return problems;
}

/** Each part by itself. Without any, the bare link. */
function parts(network: Network): { where: string; network: Network; remedy: string }[] {
  const { rateMbit, lossPercent, delayMs } = network;
  const found: ReturnType<typeof parts> = [];
  if (rateMbit) {
    const remedy =
      'a kernel with the tbf queue (CONFIG_NET_SCH_TBF) and the tc command (apt install iproute2) are needed';
    found.push({ where: 'network.rateMbit', network: { rateMbit }, remedy });
  }
  if (lossPercent) {
    const remedy = 'the nft command (apt install nftables) and a kernel with nf_tables are needed';
    found.push({ where: 'network.lossPercent', network: { lossPercent }, remedy });
  }
  if (delayMs) {
    const remedy =
      'a kernel with the netem queue (CONFIG_NET_SCH_NETEM) and the tc command (apt install iproute2) are needed';
    found.push({ where: 'network.delayMs', network: { delayMs }, remedy });
  }
  const remedy = 'a kernel with veth (CONFIG_VETH) and the ip command (apt install iproute2) are needed';
  return found.length > 0 ? found : [{ where: 'network', network: {}, remedy }];
}

async function tryOut(host: Host, rootless: boolean, network: Network): Promise<string | null> {
  try {
    const inside = await openNamespaces(host, { rootless, network, settings: '', worker: '', node: '' });
    await inside.close();
    return null;
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return error.message;
  }
}
