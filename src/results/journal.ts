import type { Host } from '../model/host.ts';
import type { TrialRecord } from '../model/record.ts';

/**
 * `trials.jsonl`: one record a line, fsynced before the run goes on, so that a crash loses at most the trial under way.
 * A line that a crash has torn is at the end, cannot be parsed, and is dropped (its trial is simply run again).
 */
export async function appendRecord(host: Host, file: string, record: TrialRecord): Promise<void> {
  await host.appendDurable(file, `${JSON.stringify(record)}\n`);
}

export interface Journal {
  records: TrialRecord[];
  /** Bytes at the end that are no whole record: what a crash left. */
  torn: string;
}

export async function readJournal(host: Host, file: string): Promise<Journal> {
  if (!(await host.exists(file))) return { records: [], torn: '' };
  return parseJournal(await host.readText(file));
}

/** Whole lines to records; everything from the first unreadable line on is `torn`. */
export function parseJournal(text: string): Journal {
  const records: TrialRecord[] = [];
  let start = 0;
  while (start < text.length) {
    const end = text.indexOf('\n', start);
    const record = end === -1 ? null : parseRecord(text.slice(start, end));
    if (record === null) return { records, torn: text.slice(start) };
    records.push(record);
    start = end + 1;
  }
  return { records, torn: '' };
}

function parseRecord(line: string): TrialRecord | null {
  try {
    const value: unknown = JSON.parse(line);
    const whole =
      typeof value === 'object' && value !== null && 'cell' in value && 'trial' in value && 'outcome' in value;
    return whole ? (value as TrialRecord) : null;
  } catch {
    return null;
  }
}

/** Cuts what a crash tore off, so that the next record starts on a line of its own. */
export async function mendJournal(host: Host, file: string, journal: Journal): Promise<void> {
  if (journal.torn === '') return;
  await host.writeDurable(file, journal.records.map((record) => `${JSON.stringify(record)}\n`).join(''));
}
