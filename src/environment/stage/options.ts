import type { Settings, Tweak } from '../../model/plan.ts';

export interface StageOptions {
  isolation: 'namespace' | 'host';
  /** With a user namespace, as an ordinary user. What `probeIsolation` found. */
  rootless: boolean;
  /** Settings of the stage's own network namespace. None on the host: there they are the whole machine's. */
  tweaks: readonly Tweak[];
  /** Paths under /proc/sys/net whose host values are copied in where a fresh namespace differs. Ignored on the host. */
  copyHost: readonly string[];
  network: Settings['network'];
  runId: string;
  /** Path of the compiled `sysctl.worker.ts`; used only when there is something to write. */
  worker: string;
  /** Absolute path of the node binary. */
  node: string;
  /** How long a host stage waits for TIME_WAIT sockets of the trial before to drain. Default 65,000 (they live 60 s). */
  drainMs?: number;
  /** Ends that wait; what is open is closed by its owner. */
  signal?: AbortSignal;
}
