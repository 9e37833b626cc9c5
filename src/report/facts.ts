import { recordsByCell } from '../analysis/attempts.ts';
import type { Caveat } from '../model/caveat.ts';
import type { Measurement } from '../model/measurement.ts';
import type { Cell, ServerPlan } from '../model/plan.ts';
import type { TrialRecord } from '../model/record.ts';
import type { CellResult, Results } from '../model/result.ts';
import type { RunFile } from '../model/run.ts';
import { type Figure, type Mark, marksOf } from './figures.ts';
import { loadLabels } from './labels.ts';
import type { Words } from './words.ts';

/** All that a report is made from. */
export interface ReportInput {
  run: RunFile;
  results: Results;
  records: readonly TrialRecord[];
}

/** The input with what every section looks up in it. */
export interface Facts extends ReportInput {
  words: Words;
  /** In the order of the plan. */
  cells: readonly CellFacts[];
  cell(id: string): CellFacts | null;
  server(name: string): ServerPlan | null;
  severalEnvironments: boolean;
}

/** A cell as the report names it, with what was planned and what came of it. */
export interface CellFacts {
  id: string;
  result: CellResult;
  plan: Cell | null;
  /** Titles for people; plain text. */
  server: string;
  environment: string;
  /** The load without its driver: `100 connections, keep-alive, 10,000 requests`. */
  load: string;
  /** Server, environment where there are several, load. */
  label: string;
  marks: readonly Mark[];
  /** Last attempt of each trial, in order. */
  records: readonly TrialRecord[];
  /** The trial nearest to the cell's median. */
  representative: { record: TrialRecord; measurement: Measurement } | null;
  /** A figure of this cell: it carries the cell's marks. */
  figure(text: string): Figure;
}

export function factsOf(input: ReportInput, words: Words): Facts {
  const { run, results } = input;
  const planned = new Map(run.plan.cells.map((cell) => [cell.id, cell]));
  const servers = new Map(run.plan.servers.map((server) => [server.name, server]));
  const severalEnvironments = new Set(results.cells.map((cell) => cell.environment)).size > 1;
  const labels = loadLabels(
    results.cells.map((cell) => cell.load),
    words,
  );
  const records = [...recordsByCell(input.records).values()].flatMap(({ standing }) => standing);
  const cells = results.cells.map((result, index): CellFacts => {
    const server = servers.get(result.server)?.title || result.server;
    const load = labels[index] as string;
    const marks = marksOf(result.caveats);
    const own = records.filter((record) => record.cell === result.id);
    return {
      id: result.id,
      result,
      plan: planned.get(result.id) ?? null,
      server,
      environment: result.environment,
      load,
      label: [server, ...(severalEnvironments ? [result.environment] : []), load].join(words.say('separator')),
      marks,
      records: own,
      representative: representativeOf(own, result.representativeTrial),
      figure: (text) => ({ text, marks }),
    };
  });
  const byId = new Map(cells.map((cell) => [cell.id, cell]));
  return {
    ...input,
    words,
    cells,
    cell: (id) => byId.get(id) ?? null,
    server: (name) => servers.get(name) ?? null,
    severalEnvironments,
  };
}

function representativeOf(records: readonly TrialRecord[], trial: number | null): CellFacts['representative'] {
  const record = records.find((one) => one.trial === trial);
  return record?.outcome.kind === 'measured' ? { record, measurement: record.outcome.measurement } : null;
}

/** Every distinct caveat of a run with the cells that have it, in the order of the cells, gravest codes first. */
export function caveatsByCode(facts: Facts): { code: string; found: { cell: CellFacts; caveat: Caveat }[] }[] {
  const byCode = new Map<string, { cell: CellFacts; caveat: Caveat }[]>();
  for (const cell of facts.cells) {
    for (const caveat of cell.result.caveats) {
      const found = byCode.get(caveat.code) ?? [];
      found.push({ cell, caveat });
      byCode.set(caveat.code, found);
    }
  }
  const order = marksOf([...byCode.values()].flat().map(({ caveat }) => caveat)).map((mark) => mark.code);
  return order.map((code) => ({ code, found: byCode.get(code) ?? [] }));
}
