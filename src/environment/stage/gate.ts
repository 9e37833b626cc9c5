import { fileURLToPath } from 'node:url';
import type { Finished, Host, Running, SpawnSpec } from '../../model/host.ts';
import type { StageProcess } from '../../model/stage.ts';
import { treeOf } from './process-tree.ts';

const GATE = fileURLToPath(new URL('./gate.sh', import.meta.url));
const RUN_TIMEOUT_MS = 60_000;

/**
 * Starts a program behind the gate: it waits until `admit` has found its pid (and done with it what must be done before
 * it runs), so that even a program that lives for a microsecond has been known.
 *
 * @param prefix argv that enters the stage; '' of it on the host
 * @param admit gives the program's pid as the host sees it, from the process that was spawned
 */
export async function startGated(
  host: Host,
  prefix: readonly string[],
  spec: SpawnSpec,
  admit: (entered: Running) => Promise<number>,
): Promise<StageProcess> {
  const entered = await host.spawn({
    ...spec,
    argv: [...prefix, 'sh', GATE, ...spec.argv],
    stdin: { pipe: true },
    // The terminal's Ctrl-C is for the runner, which stops trials in order.
    newSession: spec.newSession ?? true,
  });
  try {
    const pid = await admit(entered);
    entered.write(spec.stdin === undefined ? 'null\n' : 'go\n');
    if (typeof spec.stdin === 'string') entered.write(spec.stdin);
    if (typeof spec.stdin !== 'object') entered.endStdin();
    return { ...entered, pid };
  } catch (error) {
    // The gate never opens: letting go of its stdin ends it.
    entered.endStdin();
    await entered.exited;
    throw error;
  }
}

/** Runs a program of a stage to completion; at the deadline, and when it is interrupted, it and its descendants are killed. */
export async function runInside(
  host: Host,
  start: (spec: SpawnSpec) => Promise<StageProcess>,
  argv: readonly string[],
  options: { stdin?: string; timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<Finished> {
  const child = await start({
    argv,
    ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
    stdout: { collect: true },
    stderr: { collect: true },
  });
  const over = new AbortController();
  const wake = options.signal === undefined ? over.signal : AbortSignal.any([over.signal, options.signal]);
  let timedOut = false;
  const kill = async (): Promise<void> => {
    if (over.signal.aborted) return;
    timedOut = !wake.aborted;
    for (const pid of await treeOf(host, [child.pid])) host.signal(pid, 'SIGKILL');
  };
  const watch = host.sleep(options.timeoutMs ?? RUN_TIMEOUT_MS, wake).then(kill, kill);
  const finished = await child.exited;
  over.abort();
  await watch;
  return { ...finished, timedOut };
}
