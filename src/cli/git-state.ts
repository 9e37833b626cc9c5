import { dirname } from 'node:path';
import type { Host } from '../model/host.ts';
import type { RunFile } from '../model/run.ts';

/** The commit of the experiment's repository and whether anything is uncommitted; null outside of one. */
export async function gitState(host: Host, file: string): Promise<RunFile['git']> {
  const git = async (...args: string[]): Promise<string | null> => {
    const said = await host.run(['git', '-C', dirname(file), ...args], { timeoutMs: 10_000 }).catch(() => null);
    return said?.code === 0 ? said.stdout.trim() : null;
  };
  const commit = await git('rev-parse', 'HEAD');
  if (commit === null) return null;
  return { commit, dirty: (await git('status', '--porcelain')) !== '' };
}
