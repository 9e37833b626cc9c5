import type { Host } from '../../model/host.ts';
import { markFor, markPrefix } from './marks.ts';
import { USER } from './namespaces.ts';
import { ownerOf, stageName } from './owner.ts';

/**
 * argv prefix for what is run outside of a stage (a build, an installation of packages of ours): it ends with the runner,
 * children in sessions of their own included. A process namespace does it as in a stage. Where there is none, the program
 * itself ends by its parent's death, and what it started carries a mark that the next start sweeps.
 */
export async function leash(
  host: Host,
  isolation: { kind: 'namespace' | 'host'; rootless: boolean },
): Promise<string[]> {
  const tied = ['setpriv', '--pdeathsig', 'KILL', '--'];
  if (isolation.kind === 'namespace') {
    const own = isolation.rootless ? USER : [];
    return [...tied, 'unshare', ...own, '-m', '--pid', '--fork', '--kill-child', '--mount-proc', '--'];
  }
  const owner = await ownerOf(host, host.pid);
  return [...markPrefix(markFor(owner, stageName('build', owner))), ...tied];
}
