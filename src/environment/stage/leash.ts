import type { Host } from '../../model/host.ts';
import { startKeeper } from './keeper.ts';
import { markFor, markPrefix } from './marks.ts';
import { USER } from './namespaces.ts';
import { ownerOf, stageName } from './owner.ts';

/** Letting it go ends what the commands have left running, daemons included. */
export interface Leash extends AsyncDisposable {
  /** argv prefix of a command. */
  argv: readonly string[];
}

/**
 * Holds what is run outside of a stage (a build, an installation of packages of ours): it ends with the preparation, and
 * with the runner whatever ends that, children in sessions of their own included. A process namespace does it as in a
 * stage. Where there is none, the program itself ends by its parent's death, and a keeper ends what carries its mark.
 */
export async function leash(host: Host, isolation: { kind: 'namespace' | 'host'; rootless: boolean }): Promise<Leash> {
  const tied = ['setpriv', '--pdeathsig', 'KILL', '--'];
  if (isolation.kind === 'namespace') {
    const own = isolation.rootless ? USER : [];
    const argv = [...tied, 'unshare', ...own, '-m', '--pid', '--fork', '--kill-child', '--mount-proc', '--'];
    return { argv, [Symbol.asyncDispose]: async () => {} };
  }
  const owner = await ownerOf(host, host.pid);
  const mark = markFor(owner, stageName('build', owner));
  const letGo = await startKeeper(host, ['mark', mark.number, '']);
  return { argv: [...markPrefix(mark), ...tied], [Symbol.asyncDispose]: letGo };
}
