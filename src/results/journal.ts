import { ExitCode, type Problem, UserError } from '../model/errors.ts';
import { type Host, HostError } from '../model/host.ts';
import type { Plan } from '../model/plan.ts';
import type { TrialRecord } from '../model/record.ts';
import { parseJson } from './json.ts';
import { recordSchema } from './record-schema.ts';
import { schemaProblems } from './schema-problems.ts';

/**
 * `trials.jsonl`: one record a line, fsynced before the run goes on, so that a crash loses at most the trial under way.
 * A line that a crash has torn is at the end, is no JSON, and is dropped (its trial is simply run again). Anything else
 * that is no record is damage, and is told rather than dropped.
 */
export async function appendRecord(host: Host, file: string, record: TrialRecord): Promise<void> {
  await host.appendDurable(file, `${JSON.stringify(record)}\n`);
}

export interface Journal {
  records: TrialRecord[];
  /** What a crash left at the end: no whole line, or one that is no JSON. */
  torn: string;
  /** Lines (from 1) that are no record. */
  damaged: { line: number; why: string }[];
}

/** Throws `UserError` (exit 2) where a line is damaged, or is none of the plan's, where that is given. */
export async function readJournal(
  host: Host,
  file: string,
  plan?: Pick<Plan, 'cells' | 'trials'>,
): Promise<Omit<Journal, 'damaged'>> {
  if (!(await host.exists(file))) return { records: [], torn: '' };
  const { records, torn, damaged } = parseJournal(await read(host, file));
  if (damaged.length > 0) {
    throw new UserError(`${file} is damaged`, {
      exitCode: ExitCode.wrongInput,
      problems: damaged.map(({ line, why }) => ({ where: `line ${line}`, what: why })),
      hint: 'Take these lines out of the file: their trials are missing then, and --resume runs them again.',
    });
  }
  const strangers = plan === undefined ? [] : records.flatMap((record) => strangerProblem(record, plan));
  if (strangers.length === 0) return { records, torn };
  throw new UserError(`${file} has trials that are not of this run`, {
    exitCode: ExitCode.wrongInput,
    problems: strangers,
    hint: 'run.json and trials.jsonl belong together: put back the one that was exchanged.',
  });
}

async function read(host: Host, file: string): Promise<string> {
  try {
    return await host.readText(file);
  } catch (error) {
    const code = error instanceof HostError ? error.code : 'unknown error';
    throw new UserError(`${file} cannot be read (${code})`, { exitCode: ExitCode.wrongInput, cause: error });
  }
}

function strangerProblem({ cell, trial, sequence }: TrialRecord, plan: Pick<Plan, 'cells' | 'trials'>): Problem[] {
  const where = `trial ${sequence}`;
  if (!plan.cells.some(({ id }) => id === cell))
    return [{ where, what: `run.json has no cell ${JSON.stringify(cell)}` }];
  if (trial > plan.trials) return [{ where, what: `trial ${trial} of ${cell}, where run.json has ${plan.trials}` }];
  return [];
}

/** Lines to records. */
export function parseJournal(text: string): Journal {
  const journal: Journal = { records: [], torn: '', damaged: [] };
  let line = 1;
  for (let start = 0; start < text.length; line += 1) {
    const end = text.indexOf('\n', start);
    const found = end === -1 ? 'no JSON' : parseLine(text.slice(start, end));
    if (found === 'no JSON' && (end === -1 || end === text.length - 1)) return { ...journal, torn: text.slice(start) };
    if (found === 'no JSON') journal.damaged.push({ line, why: 'it is no JSON' });
    else if ('why' in found) journal.damaged.push({ line, why: found.why });
    else journal.records.push(found);
    start = end + 1;
  }
  return journal;
}

function parseLine(line: string): TrialRecord | { why: string } | 'no JSON' {
  let value: unknown;
  try {
    value = parseJson(line);
  } catch {
    return 'no JSON';
  }
  const checked = recordSchema.safeParse(value);
  if (checked.success) return value as TrialRecord;
  return { why: schemaProblems(checked.error).map(({ where, what }) => `${where}: ${what}`)[0] ?? 'it is no record' };
}

/** Cuts what a crash tore off, so that the next record starts on a line of its own. */
export async function mendJournal(host: Host, file: string, journal: Pick<Journal, 'records' | 'torn'>): Promise<void> {
  if (journal.torn === '') return;
  await host.writeDurable(file, journal.records.map((record) => `${JSON.stringify(record)}\n`).join(''));
}
