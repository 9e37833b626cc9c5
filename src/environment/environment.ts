import { ExitCode, UserError } from '../model/errors.ts';
import { type Host, HostError } from '../model/host.ts';
import type { Tweak } from '../model/plan.ts';
import type { Proof } from '../model/record.ts';
import { ApplyError, applyTweaks } from './apply.ts';
import { keepGuardian } from './guardian.ts';
import type { LedgerEntry } from './ledger.ts';
import { takeLock } from './lock.ts';
import { type OpenLedger, openLedger } from './open-ledger.ts';
import { type Place, secureFolder } from './place.ts';
import { recover } from './recovery.ts';
import { restoreEntries } from './restore.ts';
import { conflictLine, notRestored } from './restore-words.ts';
import { ownerOf } from './stage/owner.ts';

/** The machine's settings, held by one run. Closing it restores what is still changed and lets go of the machine. */
export interface Environment extends AsyncDisposable {
  /**
   * Puts settings of the whole machine in force; disposing of it puts them back. A setting that does not take rejects with
   * `ApplyError` after the others have been put back, unless it is optional or the plan is relaxed: then its proof says so.
   */
  apply(tweaks: readonly Tweak[]): Promise<{ proofs: Proof[] } & AsyncDisposable>;
}

export interface EnvironmentOptions {
  /** Name of the experiment, for whoever finds the machine taken. */
  experiment: string;
  place: Place;
  /** The compiled `guardian.worker.ts`. */
  guardianWorker: string;
  /** Absolute path of the node binary. */
  node: string;
  /** The run's temporary folder, which the guardian removes when the run is killed. */
  scratch: string;
  /** Settings that do not take are reported, not refused. */
  relax: boolean;
  /** Wait for another run to end. */
  wait: boolean;
  say(text: string): void;
  /** Ends the waiting. */
  signal?: AbortSignal;
}

/** Takes the machine: its lock, what a dead run left, a guardian. What the user can mend is a `UserError`, with nothing changed. */
export async function openEnvironment(host: Host, options: EnvironmentOptions): Promise<Environment> {
  const { place, say } = options;
  await secureFolder(host, place.folder);
  const lock = await takeLock(host, place.lock, options);
  let ledger: OpenLedger | null = null;
  try {
    for (const line of await recover(host, place)) say(line);
    const owner = await ownerOf(host, host.pid);
    const since = new Date(host.now()).toISOString();
    ledger = await openLedger(host, place.folder, { owner, experiment: options.experiment, since });
    const guardian = await keepGuardian(host, {
      worker: options.guardianWorker,
      node: options.node,
      job: { folder: place.folder, owner, scratch: options.scratch },
      changed: ledger.guardedBy,
      say,
    });
    return held(host, options, ledger, async () => {
      await guardian[Symbol.asyncDispose]();
      await ledger?.close();
      await lock[Symbol.asyncDispose]();
    });
  } catch (error) {
    await ledger?.close();
    await lock[Symbol.asyncDispose]();
    if (!(error instanceof HostError)) throw error;
    throw new UserError(`the machine cannot be held: ${error.message}`, {
      exitCode: ExitCode.preflightRefused,
      hint: 'Nothing was changed.',
      cause: error,
    });
  }
}

function held(
  host: Host,
  { relax, say }: EnvironmentOptions,
  ledger: OpenLedger,
  letGo: () => Promise<void>,
): Environment {
  const release = async (entries: readonly LedgerEntry[]): Promise<void> => {
    const report = await restoreEntries(host, entries, async (open) => {
      for (const entry of open) entry.after = null;
      await ledger.save();
    });
    for (const conflict of report.conflicts) say(conflictLine(conflict));
    const kept = new Set(report.failed.map(({ path }) => path));
    await ledger.drop(entries.filter(({ path }) => !kept.has(path)));
    if (kept.size > 0) throw notRestored(report);
  };
  return {
    apply: async (tweaks) => {
      const { proofs, entries, refusals } = await applyTweaks(host, tweaks, ledger);
      const restore = once(() => release(entries));
      if (refusals.length > 0 && !relax) {
        await restore();
        throw new ApplyError(`the machine does not take a setting: ${refusals.join('; ')}`);
      }
      return { proofs, [Symbol.asyncDispose]: restore };
    },
    [Symbol.asyncDispose]: once(async () => {
      try {
        await release(ledger.entries);
      } finally {
        await letGo();
      }
    }),
  };
}

/** The same promise to everybody who asks. */
function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null;
  return () => {
    done ??= work();
    return done;
  };
}
