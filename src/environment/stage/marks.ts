import type { Host } from '../../model/host.ts';

/**
 * Marks for processes where there is no control group: a resource limit that nobody uses (`RLIMIT_RTTIME`, which acts
 * only on real-time scheduled processes), set to a number of this stage's own, and an environment variable. Both are
 * inherited; programs that show a title (nginx) overwrite their environment, but nothing rewrites that limit.
 */
export interface Mark {
  number: string;
  name: string;
}

/** A number of µs above 35 years: without effect, and unlikely to be anyone else's. */
export function markFor(random: () => number, name: string): Mark {
  return { number: String(2 ** 50 + Math.floor(random() * 2 ** 50)), name };
}

export const markPrefix = (mark: Mark): string[] => ['prlimit', `--rttime=${mark.number}:`];

/** Pids that carry the mark's limit. */
export async function marked(host: Host, mark: Mark): Promise<number[]> {
  const pattern = new RegExp(`^Max realtime timeout +${mark.number} `, 'm');
  const names = (await host.list('/proc')).filter((name) => /^\d+$/.test(name));
  const hits = await Promise.all(
    names.map(async (name) => {
      const limits = await host.readText(`/proc/${name}/limits`).catch(() => '');
      return pattern.test(limits) && host.signal(Number(name), 0) ? [Number(name)] : [];
    }),
  );
  return hits.flat();
}
