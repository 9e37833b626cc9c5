import { type Host, HostError, type Running, type SpawnSpec } from '../../model/host.ts';
import type { StageProcess, StageSide } from '../../model/stage.ts';
import { startGated } from './gate.ts';
import type { Namespaces } from './namespaces.ts';
import { childrenOf } from './process-tree.ts';

/** Starts a program in the namespaces. Its `pid` is the program's own as the host sees it, nsenter's child. */
export function startInside(
  host: Host,
  inside: Namespaces,
  spec: SpawnSpec,
  side: StageSide = 'server',
): Promise<StageProcess> {
  return startGated(host, inside.enter(side), spec, (entered) => innerPid(host, entered));
}

/** nsenter forks once inside: its only child is the program (still the gate), and stays so. */
async function innerPid(host: Host, entered: Running): Promise<number> {
  let ended = false;
  void entered.exited.then(() => {
    ended = true;
  });
  while (!ended) {
    const [pid] = await childrenOf(host, entered.pid);
    if (pid !== undefined) return pid;
    await host.sleep(1);
  }
  throw new HostError(`the stage cannot be entered: ${entered.stderrSoFar().trim() || 'it has ended'}`, 'ESRCH');
}
