import type { Finished, Running, SpawnSpec } from './host.ts';
import type { Proof, StageRecord } from './record.ts';

/** Where one trial runs. Closing it (`await using`) ends every process that was started in it, daemons included. */
export interface Stage extends AsyncDisposable {
  readonly kind: 'namespace' | 'host';
  /** For the record: what it is and what was copied into it. */
  readonly record: StageRecord;
  /** Proofs of the namespaced tweaks, read back inside right after they were written. */
  readonly proofs: Proof[];
  /** Address that servers listen on and loads go to, inside: 127.0.0.1 (or the veth's when the network is shaped). */
  readonly address: string;
  /** `/proc/<pid>/net` of a process that lives in the stage's network namespace, for counters. */
  readonly netRoot: string;
  /** The same for the generator's end: `netRoot` itself unless the network is shaped. */
  readonly generatorNetRoot: string;
  /**
   * Starts a process inside, on the server's side unless told otherwise. A missing program is exit code 127 and a line
   * on stderr; a missing `cwd` and a stage that has ended reject with a `HostError`.
   */
  spawn(spec: SpawnSpec, options?: { side?: StageSide }): Promise<StageProcess>;
  /** Runs to completion inside; at its deadline (60 s unless told otherwise) or when `signal` is aborted it is killed. */
  run(
    argv: readonly string[],
    options?: { stdin?: string; timeoutMs?: number; side?: StageSide; signal?: AbortSignal },
  ): Promise<Finished>;
  /** Pids (as the host sees them) of every process inside that descends from or was started by the stage, init excluded. */
  processes(): Promise<number[]>;
}

/** The two ends of a shaped network. Without shaping both are the same place. */
export type StageSide = 'server' | 'generator';

export interface StageProcess extends Running {
  /** The process's pid as the host sees it: the program itself, not the wrapper that entered the namespace. */
  readonly pid: number;
}
