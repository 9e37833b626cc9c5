import type { Driver } from '../../model/driver.ts';
import type { Stage } from '../../model/stage.ts';

/** Node's other threads compile and collect garbage: they stay behind the one that works. */
const MAIN_THREAD_ONLY = '--reset-on-fork';
/**
 * A prefix that lets a program's main thread run ahead of whatever else the machine does (real-time priority, the lowest of it).
 * Where microseconds are compared, what else ran meanwhile is not the generator's error.
 */
const AHEAD: readonly string[] = ['chrt', MAIN_THREAD_ONLY, '--fifo', '1'];

/** The prefix, where this user may use it; empty elsewhere. @param ends whether a command ends well */
export async function aheadOfOthers(ends: (argv: string[]) => Promise<boolean>): Promise<string[]> {
  return (await ends([...AHEAD, 'true']).catch(() => false)) ? [...AHEAD] : [];
}

export const aheadIn = (stage: Pick<Stage, 'run'>): Promise<string[]> =>
  aheadOfOthers(async (argv) => (await stage.run(argv, { side: 'generator', timeoutMs: 5_000 })).code === 0);

/** The prefix for a generator that works in threads of its own, as the external ones do. */
export const withThreads = (prefix: readonly string[]): string[] => prefix.filter((word) => word !== MAIN_THREAD_ONLY);

/** The same generator, started behind the prefix. */
export function startedBehind(prefix: readonly string[], driver: Driver): Driver {
  const own = driver.kind === 'embedded' ? prefix : withThreads(prefix);
  return {
    ...driver,
    command: (load, context) => {
      const command = driver.command(load, context);
      return { ...command, argv: [...own, ...command.argv] };
    },
  };
}
