import type { Host } from '../../model/host.ts';

/** TIME_WAIT sockets of a network namespace, from its `sockstat`; 0 when the line is not there. */
export async function timeWaitOf(host: Host, netRoot: string): Promise<number> {
  const text = await host.readText(`${netRoot}/sockstat`);
  return Number(/^TCP:.*\btw (\d+)/m.exec(text)?.[1] ?? 0);
}

/** So few do not matter: they hold 4% of the 28,000 ports that there are by default. A trial leaves some dozens without its load. */
const FEW = 1_000;
const LOOK_MS = 250;

/**
 * Waits until the sockets of the trial before are gone, or other traffic keeps them up until the deadline. Rejects when the
 * signal is aborted: an interrupted run is not to hold the machine for so long.
 */
export async function drained(host: Host, netRoot: string, patienceMs: number, signal?: AbortSignal): Promise<number> {
  const end = host.monotonicNs() + BigInt(patienceMs) * 1_000_000n;
  let waiting = await timeWaitOf(host, netRoot);
  while (waiting > FEW && host.monotonicNs() < end) {
    await host.sleep(LOOK_MS, signal);
    waiting = await timeWaitOf(host, netRoot);
  }
  return waiting;
}
