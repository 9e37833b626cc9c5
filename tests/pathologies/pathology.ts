import { join } from 'node:path';
import type { Caveat, Severity } from '../../src/model/caveat.ts';
import type { TrialRecord } from '../../src/model/record.ts';
import type { CellResult } from '../../src/model/result.ts';
import { bench, ended, type StartOptions } from '../support/loadcell.ts';

type Evidence = Caveat['evidence'];

/** One thing that is wrong on purpose, and the doubt that it must raise. */
export interface Pathology {
  /** Of the caveat that it is made for. */
  code: string;
  /** Tells two ways to the same caveat apart; names the cell. */
  way?: string;
  severity: Severity;
  /** Of fixtures/sick-server.mjs; or a whole command, with the placeholders of a recipe. */
  server: string | readonly string[];
  /** More of the server's recipe (controls, reply). */
  recipe?: Record<string, unknown>;
  load: Record<string, unknown>;
  /** Why it takes root, where it does: for the name of the skipped test. */
  root?: string;
  /** Programs that it takes beside Node: for the name of the skipped test. */
  needs?: string;
  /** Other programs on the machine can hide it (a CPU that is taken away): made again, alone, up to three times. */
  shy?: true;
  /** What the evidence must say. */
  evidence(evidence: Evidence): boolean;
  /** More that must be true of the cell. */
  also?(cell: CellResult): boolean;
}

interface Made {
  cell: CellResult;
  records: TrialRecord[];
}

const here = import.meta.dirname;
const sickServer = join(here, 'fixtures/sick-server.mjs');

export const nameOf = ({ code, way }: Pathology): string => (way === undefined ? code : `${code}-${way}`);

/** The text of one experiment with a cell for each: its path, `/<name>`, tells a server's own load from the others'. */
function experimentText(pathologies: readonly Pathology[], more: Record<string, unknown>, preface = ''): string {
  const servers = pathologies.map((one) => ({
    name: nameOf(one),
    command:
      typeof one.server === 'string'
        ? ['{{node}}', sickServer, one.server, '{{port}}', '{{address}}', '{{recipe}}']
        : one.server,
    ready: { tcp: true },
    reply: { status: 200, body: 'hello' },
    stop: { patience: '1s' },
    ...one.recipe,
  }));
  const loads = pathologies.map((one) => ({
    path: `/${nameOf(one)}`,
    driver: 'loadcell',
    connections: 4,
    duration: one.load.requests === undefined ? '600ms' : undefined,
    warmup: false,
    timeout: '5s',
    ...one.load,
  }));
  const include = pathologies.map((one) => ({ server: nameOf(one), path: `/${nameOf(one)}` }));
  return `import { defineExperiment } from 'loadcell';
${preface}
const servers = ${JSON.stringify(servers)};
export default defineExperiment({
  title: 'pathologies',
  trials: 1,
  seed: 1,
  servers: servers.map((server) => ({ ...server, folder: import.meta.url })),
  load: ${JSON.stringify(loads)},
  include: ${JSON.stringify(include)},
  ...${JSON.stringify(more)},
});
`;
}

export interface Making {
  /** More of the experiment. */
  experiment?: Record<string, unknown>;
  /** Statements of the experiment file. */
  preface?: string;
  args?: readonly string[];
  options?: StartOptions;
}

/** Runs the real command on them, all in one run; by name. A cell that is missing is an error that tells what the command said. */
async function make(pathologies: readonly Pathology[], making: Making = {}): Promise<Map<string, Made>> {
  await using place = await bench(experimentText(pathologies, making.experiment ?? {}, making.preface));
  const said = await ended(place.start([place.file, '--wait', ...(making.args ?? [])], making.options));
  const results = await place.results().catch(() => {
    throw new Error(`no results (exit code ${said.code}): ${said.stderr}`);
  });
  const records = await place.records();
  return new Map(
    results.cells.map((cell) => [cell.server, { cell, records: records.filter((one) => one.cell === cell.id) }]),
  );
}

/** Why a pathology was not seen as what it is; null when it was. */
function unseen(one: Pathology, made: Made | undefined): string | null {
  if (made === undefined) return 'no such cell';
  const { cell } = made;
  const told = cell.caveats.map(({ code, severity, evidence }) => `${severity} ${code} ${JSON.stringify(evidence)}`);
  const all = `${cell.reason ?? ''}\n${told.join('\n')}`;
  const caveat = cell.caveats.find(({ code }) => code === one.code);
  if (caveat === undefined) return `${one.code} is not among: ${all}`;
  if (caveat.severity !== one.severity) return `${one.severity} was expected: ${all}`;
  if (!one.evidence(caveat.evidence)) return `the evidence of ${one.code} is not what was made: ${all}`;
  return one.also?.(cell) === false ? `the cell is not as expected: ${all}` : null;
}

/** Makes them in one run; those that are shy and were not seen again, each alone. What each ended as, by name. */
export async function makeSeen(
  pathologies: readonly Pathology[],
  making: Making = {},
): Promise<Map<string, string | null>> {
  const first = await make(pathologies, making);
  const seen = new Map(pathologies.map((one) => [nameOf(one), unseen(one, first.get(nameOf(one)))]));
  for (const one of pathologies.filter(({ shy }) => shy === true)) {
    for (let again = 0; again < 2 && seen.get(nameOf(one)) !== null; again += 1) {
      seen.set(nameOf(one), unseen(one, (await make([one], making)).get(nameOf(one))));
    }
  }
  return seen;
}
