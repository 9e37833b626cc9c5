import { join } from 'node:path';
import type { Host } from '../model/host.ts';

const NAME = /^\.(?:ledger|installing)\.json\.(\d+)\..*\.tmp$/;

/**
 * Removes what was being written into the state folder when its writer was killed: never renamed, it says nothing.
 * @param writer pid of the process whose files these are. Absent: of any, for the holder of the lock.
 */
export async function sweepUnfinished(host: Host, folder: string, writer?: number): Promise<void> {
  for (const name of await host.list(folder)) {
    const pid = NAME.exec(name)?.[1];
    if (pid !== undefined && (writer === undefined || Number(pid) === writer)) await host.remove(join(folder, name));
  }
}
