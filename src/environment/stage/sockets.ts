import type { Host } from '../../model/host.ts';

/** TIME_WAIT sockets of a network namespace, from its `sockstat`; 0 when the line is not there. */
export async function timeWaitOf(host: Host, netRoot: string): Promise<number> {
  const text = await host.readText(`${netRoot}/sockstat`);
  return Number(/^TCP:.*\btw (\d+)/m.exec(text)?.[1] ?? 0);
}

/** So few do not matter: some 28,000 ports are there to use. */
const FEW = 100;
const LOOK_MS = 250;

/** Waits until the sockets of the trial before are gone, or other traffic keeps them up until the deadline. */
export async function drained(host: Host, netRoot: string, patienceMs: number): Promise<number> {
  const end = host.monotonicNs() + BigInt(patienceMs) * 1_000_000n;
  let waiting = await timeWaitOf(host, netRoot);
  while (waiting > FEW && host.monotonicNs() < end) {
    await host.sleep(LOOK_MS);
    waiting = await timeWaitOf(host, netRoot);
  }
  return waiting;
}
