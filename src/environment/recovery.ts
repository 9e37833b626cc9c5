import { ExitCode, UserError } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import { bootId, ledgerFile, readLedger } from './ledger.ts';
import type { Place } from './place.ts';
import { restoreLedger } from './restore-ledger.ts';
import { conflictLine, failedProblems, restoredLine } from './restore-words.ts';
import { sweepScratch } from './scratch.ts';
import { recoverServices } from './services.ts';
import { sweepAbandoned } from './stage/abandoned.ts';
import { isAlive, type Owner } from './stage/owner.ts';
import { sweepUnfinished } from './unfinished.ts';

const GUARDIAN_MS = 5_000;
const POLL_MS = 5;

/**
 * Finishes what a run that was killed could not: settings, the policy of an installation, processes, temporary files. To be called by the holder of the
 * lock. Gives what it did, one sentence each; [] when nothing was left. What cannot be put back is a `UserError`, after
 * everything else has been.
 */
export async function recover(host: Host, place: Place): Promise<string[]> {
  const { lines, failure } = await recoverSettings(host, place);
  const services = await recoverServices(host, place.folder).catch(asUserError);
  if (!(services instanceof UserError)) lines.push(...services);
  await sweepUnfinished(host, place.folder);
  for (const name of await sweepAbandoned(host)) lines.push(`Ended what a killed run had left running (${name}).`);
  for (const path of await sweepScratch(host)) lines.push(`Removed ${path}.`);
  if (failure !== null) throw failure;
  if (services instanceof UserError) {
    const { message, exitCode, problems, hint = '' } = services;
    throw new UserError(message, { exitCode, problems, hint: [...lines, hint].join(' ') });
  }
  return lines;
}

function asUserError(error: unknown): UserError {
  if (error instanceof UserError) return error;
  throw error;
}

async function recoverSettings(host: Host, place: Place): Promise<{ lines: string[]; failure: UserError | null }> {
  const found = await readLedger(host, place.folder);
  if (found === null) return { lines: [], failure: null };
  const since = `${found.experiment} (process ${found.owner.pid}, since ${found.since})`;
  if (found.boot !== (await bootId(host))) {
    await host.remove(ledgerFile(place.folder));
    return { lines: [`The machine has been restarted since ${since}: its settings are gone.`], failure: null };
  }
  if (await isAlive(host, found.owner)) {
    throw new UserError(`the run of ${since} is alive, and holds the machine`, {
      exitCode: ExitCode.preflightRefused,
      hint: `It is in another network namespace, where its lock cannot be seen. Wait for it, or end it: kill ${found.owner.pid}`,
    });
  }
  if (found.guardian !== null) await outlive(host, found.guardian);
  const ledger = await readLedger(host, place.folder);
  if (ledger === null) return { lines: [`${since} was killed; its guardian has put everything back.`], failure: null };
  const report = await restoreLedger(host, place.folder, ledger, { keepConflicts: false });
  const lines = [
    ...report.restored.map((one) => `${restoredLine(one)}, as it was before ${since}.`),
    ...report.conflicts.map((one) => conflictLine(one)),
  ];
  if (report.failed.length === 0) return { lines, failure: null };
  const failure = new UserError(`what ${since} changed cannot all be put back`, {
    exitCode: ExitCode.preflightRefused,
    problems: failedProblems(report),
    hint: [...lines, 'Nothing else was changed.'].join(' '),
  });
  return { lines, failure };
}

/** Two must not restore at once, when one of them may go on to set values of its own. A guardian that is stuck is ended. */
async function outlive(host: Host, guardian: Owner): Promise<void> {
  const deadline = host.monotonicNs() + BigInt(GUARDIAN_MS) * 1_000_000n;
  while (await isAlive(host, guardian)) {
    if (host.monotonicNs() > deadline) host.signal(guardian.pid, 'SIGKILL');
    await host.sleep(POLL_MS);
  }
}
