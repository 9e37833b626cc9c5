import { join } from 'node:path';
import { ExitCode, UserError } from '../model/errors.ts';
import { type Host, HostError } from '../model/host.ts';
import { isKernelPath } from './kernel-file.ts';
import type { Owner } from './stage/owner.ts';

/** What a run has changed, on disk before it changes: with it anybody can put the machine back. */
export interface Ledger {
  schemaVersion: 1;
  /** /proc/sys/kernel/random/boot_id: of another boot, nothing is left to restore. */
  boot: string;
  /** The runner's network namespace, as /proc/PID/ns/net has it: paths under /proc/sys/net are others elsewhere. */
  network: string;
  /** The runner. */
  owner: Owner;
  /** The process that restores when the runner dies; null while there is none. */
  guardian: Owner | null;
  experiment: string;
  /** ISO 8601. */
  since: string;
  /** In the order of the writes. */
  entries: LedgerEntry[];
}

export interface LedgerEntry {
  path: string;
  before: string;
  /** What we write; null for a companion, which the kernel changes with another one. */
  asked: string | null;
  /** What it read after the writes. null: they are under way, so that any value may be ours. */
  after: string | null;
}

const MOST_BYTES = 4 * 1024 * 1024;
const MOST_VALUE = 64 * 1024;

export const ledgerFile = (folder: string): string => join(folder, 'ledger.json');

export const bootId = async (host: Host): Promise<string> =>
  (await host.readText('/proc/sys/kernel/random/boot_id')).trim();

export const writeLedger = (host: Host, folder: string, ledger: Ledger): Promise<void> =>
  host.writeDurable(ledgerFile(folder), `${JSON.stringify(ledger, null, 1)}\n`, 0o600);

/** null when there is none. A `UserError` when it cannot be believed: then nothing is written anywhere. */
export const readLedger = (host: Host, folder: string): Promise<Ledger | null> =>
  readOwn(host, ledgerFile(folder), parseLedger);

/** A file that nobody but this user could have written, in the words of a damaged ledger where it is not. */
export async function readOwn<T>(host: Host, file: string, parse: (text: string) => T): Promise<T | null> {
  try {
    const { kind, uid, mode, size } = await host.stat(file);
    if (kind !== 'file') throw new LedgerProblem(`it is a ${kind}, not a file`);
    if (uid !== host.user.uid || (mode & 0o077) !== 0) throw new LedgerProblem('other users can write or read it');
    if (size > MOST_BYTES) throw new LedgerProblem(`it has ${size} bytes`);
    return parse(await host.readText(file));
  } catch (error) {
    if (error instanceof HostError && error.code === 'ENOENT') return null;
    if (!(error instanceof LedgerProblem) && !(error instanceof HostError)) throw error;
    throw new UserError('what an earlier run changed cannot be told: its ledger is damaged', {
      exitCode: ExitCode.preflightRefused,
      problems: [{ where: file, what: error.message }],
      hint: `Nothing was changed. Look whether the values in it are in force, put them back by hand, then remove ${file}.`,
    });
  }
}

export class LedgerProblem extends Error {}

/** Takes nothing on trust: a field of the wrong kind, or a path outside of /proc/sys and /sys, throws. */
function parseLedger(text: string): Ledger {
  const found = record(json(text), 'the ledger');
  if (found.schemaVersion !== 1)
    throw new LedgerProblem('it is not of version 1: another version of loadcell wrote it');
  if (!Array.isArray(found.entries)) throw new LedgerProblem('entries is not a list');
  return {
    schemaVersion: 1,
    boot: string(found.boot, 'boot'),
    network: string(found.network, 'network'),
    // In a container the runner may be process 1.
    owner: owner(found.owner, 'owner'),
    guardian: found.guardian === null ? null : owner(found.guardian, 'guardian', 2),
    experiment: string(found.experiment, 'experiment'),
    since: string(found.since, 'since'),
    entries: found.entries.map(entry),
  };
}

function entry(value: unknown, index: number): LedgerEntry {
  const where = `entries[${index}]`;
  const found = record(value, where);
  const path = string(found.path, `${where}.path`);
  if (!isKernelPath(path)) throw new LedgerProblem(`${where}.path is not under /proc/sys or /sys`);
  const orNull = (name: 'asked' | 'after'): string | null =>
    found[name] === null ? null : string(found[name], `${where}.${name}`);
  return { path, before: string(found.before, `${where}.before`), asked: orNull('asked'), after: orNull('after') };
}

export function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new LedgerProblem('it is not JSON');
  }
}

export function record(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new LedgerProblem(`${where} is not an object`);
}

export function string(value: unknown, where: string): string {
  if (typeof value === 'string' && value.length <= MOST_VALUE && !value.includes('\0')) return value;
  throw new LedgerProblem(`${where} is not a text`);
}

export function owner(value: unknown, where: string, lowest = 1): Owner {
  const { pid, start } = record(value, where);
  const whole = (n: unknown, least: number): n is number => Number.isSafeInteger(n) && (n as number) >= least;
  if (whole(pid, lowest) && whole(start, 0)) return { pid, start };
  throw new LedgerProblem(`${where} is not a process`);
}
