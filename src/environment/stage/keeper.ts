import { fileURLToPath } from 'node:url';
import { type Host, HostError } from '../../model/host.ts';

const KEEPER = fileURLToPath(new URL('./keeper.sh', import.meta.url));

/**
 * Starts the keeper, in a session of its own so that a signal to the runner's group does not end it. The function given
 * lets it do its work; should something have ended it meanwhile, another one does.
 *
 * @param argv `group <folder>` or `mark <number> <name>`
 */
export async function startKeeper(host: Host, argv: readonly string[]): Promise<() => Promise<void>> {
  const keeper = await host.spawn({
    argv: ['sh', KEEPER, ...argv],
    stdin: { pipe: true },
    stdout: { collect: true },
    newSession: true,
  });
  const ready = await Promise.race([
    new Promise<boolean>((resolve) => keeper.onLine(() => resolve(true))),
    keeper.exited.then(() => false),
  ]);
  if (!ready) throw new HostError('the keeper of the stage did not start', 'ECHILD');
  return async () => {
    keeper.endStdin();
    const { code, stdout } = await keeper.exited;
    if (code === 0) return;
    if (code === null) return (await startKeeper(host, argv))();
    throw new HostError(`the stage's processes could not be ended: ${stdout.trim()}`, 'EBUSY');
  };
}
