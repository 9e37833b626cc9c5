import { type Host, HostError, type Running } from '../model/host.ts';
import { DISMISSED, type GuardianJob } from './guardian-protocol.ts';
import { type Owner, ownerOf } from './stage/owner.ts';

/** Something that ends every guardian at once is not fought for ever; the ledger holds all the same. */
const MOST_STARTS = 10;

export interface GuardianOptions {
  /** The compiled `guardian.worker.ts`. */
  worker: string;
  /** Absolute path of the node binary. */
  node: string;
  job: GuardianJob;
  /** Called before a new guardian is relied on, and never twice at once: the ledger names it. */
  changed(guardian: Owner | null): Promise<void>;
  say(text: string): void;
}

/**
 * Keeps a guardian running until it is closed, which dismisses it. Started once, before anything is changed: its start
 * (some 40 ms) falls in no trial, and from then on it sleeps on its pipe.
 */
export async function keepGuardian(host: Host, options: GuardianOptions): Promise<AsyncDisposable> {
  let closing = false;
  let starts = 0;
  let running: Running | null = null;

  const dismiss = (): void => {
    running?.write(DISMISSED);
    running?.endStdin();
  };
  const start = async (): Promise<void> => {
    starts += 1;
    running = await startGuardian(host, options);
    await options.changed(await ownerOf(host, running.pid).catch(() => null));
  };
  /** Lives as long as the guardian is wanted: when one has been killed, another takes its place. */
  const keep = async (): Promise<void> => {
    for (;;) {
      await running?.exited;
      if (closing) return;
      if (starts === MOST_STARTS) {
        options.say('The guardian is killed again and again: should this run be killed too, use `loadcell restore`.');
        return;
      }
      try {
        await start();
        // It was closed while this one came up: only the old one was dismissed.
        if (closing) dismiss();
      } catch (error) {
        if (!(error instanceof HostError)) throw error;
        running = null;
      }
    }
  };

  await start();
  const kept = keep();
  return {
    [Symbol.asyncDispose]: async () => {
      closing = true;
      dismiss();
      await kept;
    },
  };
}

async function startGuardian(host: Host, { node, worker, job }: GuardianOptions): Promise<Running> {
  const guardian = await host.spawn({
    argv: [node, worker, JSON.stringify(job)],
    cwd: '/',
    // Whatever this process was started with (a loader, an inspector) is not the guardian's.
    env: { NODE_OPTIONS: '' },
    stdin: { pipe: true },
    stdout: { collect: true },
    newSession: true,
  });
  const ready = await Promise.race([
    new Promise<boolean>((resolve) => guardian.onLine(() => resolve(true))),
    guardian.exited.then(() => false),
  ]);
  if (ready) return guardian;
  throw new HostError('the guardian did not start', 'ECHILD');
}
