import { probeIsolation } from '../environment/stage/probe.ts';
import type { Problem } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import type { Plan } from '../model/plan.ts';
import type { RunFile } from '../model/run.ts';

export type Isolation = RunFile['isolation'];

/** Where trials will run: what the plan asks for, held against what a real trial stage showed. */
export async function decideIsolation(
  host: Host,
  asked: Plan['isolation'],
): Promise<{ isolation: Isolation; problems: Problem[] }> {
  if (asked === 'host') {
    return {
      isolation: { kind: 'host', rootless: false, reason: 'asked for by the experiment or the command line' },
      problems: [],
    };
  }
  const found = await probeIsolation(host);
  const { rootless, reason } = found;
  if (found.namespace) return { isolation: { kind: 'namespace', rootless, reason }, problems: [] };
  const isolation: Isolation = { kind: 'host', rootless: false, reason };
  if (asked === 'auto') return { isolation, problems: [] };
  const what = `private namespaces cannot be had here: ${reason}`;
  return { isolation, problems: [{ where: 'isolation', what, remedy: 'run as root, or use --isolation host' }] };
}
