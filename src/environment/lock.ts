import { ExitCode, UserError } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import { type Holder, type HolderWord, holderOf } from './holder.ts';
import { ownerOf } from './stage/owner.ts';

const POLL_MS = 250;
const MOST_TRIES = 8;
const NOBODY: Holder = { text: 'a process that cannot be found', pid: null };

export interface LockOptions {
  /** null: no run, but `command`. */
  experiment: string | null;
  command?: string;
  /** Wait for the holder to end, and say so, instead of refusing. */
  wait: boolean;
  say(text: string): void;
  /** Ends the waiting with exit 130. */
  signal?: AbortSignal;
}

/**
 * One run at a time on a machine, whoever starts it: what is measured beside another run is worth nothing. The kernel
 * frees the name with the process. It is one for each network namespace: a run in a container with a network of its own
 * does not exclude one outside.
 */
export async function takeLock(host: Host, lock: string, options: LockOptions): Promise<AsyncDisposable> {
  const word: HolderWord = {
    ...(await ownerOf(host, host.pid)),
    user: host.user.name,
    experiment: options.experiment,
    ...(options.command === undefined ? {} : { command: options.command }),
    since: new Date(host.now()).toISOString(),
  };
  let known: Holder | null = null;
  for (let tries = 1; ; tries += 1) {
    const held = await host.holdName(lock, JSON.stringify(word));
    if (held !== null) return held;
    // Looked for once: it takes time that the holder may be measuring. null: it has just ended.
    if (known === null) {
      known = (await holderOf(host, lock)) ?? (tries < MOST_TRIES ? null : NOBODY);
      if (known !== null && !options.wait) throw taken(known, options);
      if (known !== null) options.say(`Waiting for ${known.text} ...`);
    }
    await pause(host, options.signal);
  }
}

function taken({ text, pid }: Holder, { experiment }: LockOptions): UserError {
  const step =
    experiment === null ? 'A run that lives puts everything back itself: wait for it' : 'Wait for it with --wait';
  return new UserError(`this machine is taken by ${text}`, {
    exitCode: ExitCode.preflightRefused,
    hint: `${step}${pid === null ? '' : `, or end it: kill ${pid}`}`,
  });
}

async function pause(host: Host, signal: AbortSignal | undefined): Promise<void> {
  try {
    await host.sleep(POLL_MS, signal);
  } catch (error) {
    if (signal?.aborted !== true) throw error;
    throw new UserError('interrupted while waiting for another run', { exitCode: ExitCode.interrupted });
  }
}
