import { localHost } from '../host/local.ts';
import { ExitCode, UserError } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import type { CellResult, Results } from '../model/result.ts';
import { runFolder } from '../results/run-folder.ts';
import { resultsSchema } from '../results/schema.ts';
import { type Printer, plain } from './print.ts';

export interface CellChange {
  cell: string;
  before: CellResult['requestsPerSecond'];
  after: CellResult['requestsPerSecond'];
  /** Ratio of the medians, after / before. null where one is missing or invalid. */
  ratio: number | null;
  /** What may be said: the intervals lie apart, or they overlap, or there is no number to compare. */
  finding: 'apart' | 'overlap' | 'not comparable';
}

/** Cells that both runs have, side by side; a difference is named only where the intervals do not overlap. */
export function compareRuns(before: Results, after: Results): CellChange[] {
  return before.cells.flatMap((old) => {
    const now = after.cells.find((cell) => cell.id === old.id);
    return now === undefined ? [] : [compareCell(old, now)];
  });
}

function compareCell(old: CellResult, now: CellResult): CellChange {
  const [a, b] = [old.requestsPerSecond, now.requestsPerSecond];
  const pair = { cell: old.id, before: a, after: b };
  const usable = [old, now].every((cell) => cell.verdict === 'valid' || cell.verdict === 'suspect');
  if (a === null || b === null || !usable || a.median === 0) return { ...pair, ratio: null, finding: 'not comparable' };
  return { ...pair, ratio: b.median / a.median, finding: b.low > a.high || b.high < a.low ? 'apart' : 'overlap' };
}

export async function compareCommand(
  run: string,
  other: string,
  options: { json?: boolean },
  printer: Printer,
): Promise<ExitCode> {
  const host = localHost();
  const changes = compareRuns(await readResults(host, run), await readResults(host, other));
  if (options.json === true) {
    printer.result(JSON.stringify(changes, null, 2));
    return ExitCode.done;
  }
  if (changes.length === 0) printer.line('The two runs have no cell in common.');
  for (const change of changes) printer.result(lineOf(change));
  return ExitCode.done;
}

function lineOf({ cell, before, after, ratio, finding }: CellChange): string {
  const rate = (value: CellResult['requestsPerSecond']): string =>
    value === null ? 'none' : Math.round(value.median).toLocaleString('en');
  const said = {
    apart: 'the intervals lie apart',
    overlap: 'the intervals overlap: no difference is shown',
    'not comparable': 'no usable number in one of them',
  }[finding];
  return `${plain(cell)}: ${rate(before)} -> ${rate(after)} requests/s${ratio === null ? '' : `, ratio ${ratio.toFixed(3)}`} (${said})`;
}

async function readResults(host: Host, path: string): Promise<Results> {
  const file = runFolder(path).resultsJson;
  try {
    return resultsSchema.parse(JSON.parse(await host.readText(file))) as unknown as Results;
  } catch (error) {
    throw new UserError(`${path} has no readable results.json`, {
      exitCode: ExitCode.wrongInput,
      hint: `Name a run folder such as out/<experiment>/latest; loadcell report ${path} writes it again from the records.`,
      cause: error,
    });
  }
}
