import type { Driver } from '../../model/driver.ts';
import type { Stage } from '../../model/stage.ts';

/**
 * A prefix that lets a program's main thread run ahead of whatever else the machine does (real-time priority, the lowest of it;
 * threads and children that it starts have it no more). Where microseconds are compared, what else ran meanwhile is not the
 * generator's error.
 */
const AHEAD: readonly string[] = ['chrt', '--reset-on-fork', '--fifo', '1'];

/** The prefix, where this user may use it; empty elsewhere. @param ends whether a command ends well */
export async function aheadOfOthers(ends: (argv: string[]) => Promise<boolean>): Promise<string[]> {
  return (await ends([...AHEAD, 'true']).catch(() => false)) ? [...AHEAD] : [];
}

export const aheadIn = (stage: Pick<Stage, 'run'>): Promise<string[]> =>
  aheadOfOthers(async (argv) => (await stage.run(argv, { side: 'generator', timeoutMs: 5_000 })).code === 0);

/** The same generator, started behind the prefix. */
export const startedBehind = (prefix: readonly string[], driver: Driver): Driver => ({
  ...driver,
  command: (load, context) => {
    const command = driver.command(load, context);
    return { ...command, argv: [...prefix, ...command.argv] };
  },
});
