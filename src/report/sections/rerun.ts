import type { Plan, PlanChanges } from '../../model/plan.ts';
import type { RunFile } from '../../model/run.ts';
import type { Section } from './section.ts';

export interface RerunView {
  command: string;
  seed: string;
  digest: string;
  run: string;
  startedAt: string;
  finishedAt: string;
  loadcell: string;
  git: { commit: string; dirty: boolean } | null;
}

/** How anyone gets this run again, and how to see that it is the same experiment. */
export const rerun: Section<RerunView> = ({ run, results }) => ({
  command: commandOf(run),
  seed: String(run.plan.seed),
  digest: run.plan.experiment.digest,
  run: run.id,
  startedAt: run.startedAt,
  finishedAt: results.run.finishedAt,
  loadcell: run.loadcell,
  git: run.git,
});

/** The command line that plans the same cells, trials and order, each word quoted for a shell. */
function commandOf({ plan, options = toldByPlan(plan) }: RunFile): string {
  const { only, trials, driver, isolation, quick, relax } = options;
  const valued = Object.entries({ seed: plan.seed, only, trials, driver, isolation });
  const words = [
    ...valued.flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)])),
    ...Object.entries({ quick, relax }).flatMap(([name, on]) => (on === true ? [`--${name}`] : [])),
  ];
  return `npx tsx run ${[experimentFile(plan.experiment.file), ...words].map(quoted).join(' ')}`;
}

/** Where a run's options were not kept: those that its plan shows. */
const toldByPlan = ({ quick, relax, isolation }: Plan): PlanChanges => ({
  quick,
  relax,
  ...(isolation === 'auto' ? {} : { isolation }),
});

/** The path from the experiments folder on: what stands above it is this machine's own. */
function experimentFile(file: string): string {
  const parts = file.split('/').filter((part) => part !== '');
  const from = parts.lastIndexOf('experiments');
  return from === -1 ? (parts.at(-1) ?? file) : parts.slice(from).join('/');
}

const quoted = (word: string): string => (/^[\w./@%+=:,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
