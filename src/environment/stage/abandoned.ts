import { type Host, HostError } from '../../model/host.ts';
import { groupParent } from './groups.ts';
import { startKeeper } from './keeper.ts';
import { marksHere, START_MODULUS } from './marks.ts';
import { isAlive, ownerInName } from './owner.ts';

/**
 * Ends what host stages left whose runner and keeper were both killed: for the next run's start. Stages of runners that
 * live, and of other users, are left alone. Gives the names of what was ended.
 */
export async function sweepAbandoned(host: Host): Promise<string[]> {
  const swept: string[] = [];
  const parent = await groupParent(host);
  for (const name of parent === null ? [] : await host.list(parent)) {
    const owner = ownerInName(name);
    if (owner === null || (await isAlive(host, owner))) continue;
    if (await end(host, ['group', `${parent}/${name}`])) swept.push(name);
  }
  for (const { number, owner } of await marksHere(host)) {
    if (await isAlive(host, owner, (a, b) => a % START_MODULUS === b)) continue;
    if (await end(host, ['mark', number, ''])) swept.push(`processes of ${owner.pid}`);
  }
  return swept;
}

/** False where the processes are another user's, which this one cannot end. */
async function end(host: Host, argv: string[]): Promise<boolean> {
  const letGo = await startKeeper(host, argv);
  try {
    await letGo();
    return true;
  } catch (error) {
    if (error instanceof HostError && error.code === 'EBUSY') return false;
    throw error;
  }
}
