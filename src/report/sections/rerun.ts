import type { Plan } from '../../model/plan.ts';
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
  command: commandOf(run.plan),
  seed: String(run.plan.seed),
  digest: run.plan.experiment.digest,
  run: run.id,
  startedAt: run.startedAt,
  finishedAt: results.run.finishedAt,
  loadcell: run.loadcell,
  git: run.git,
});

function commandOf(plan: Plan): string {
  const options = [
    `--seed ${plan.seed}`,
    ...(plan.quick ? ['--quick'] : []),
    ...(plan.isolation === 'auto' ? [] : [`--isolation ${plan.isolation}`]),
    ...(plan.relax ? ['--relax'] : []),
  ];
  return `npx tsx run ${quoted(experimentFile(plan.experiment.file))} ${options.join(' ')}`;
}

/** The path from the experiments folder on: what stands above it is this machine's own. */
function experimentFile(file: string): string {
  const parts = file.split('/').filter((part) => part !== '');
  const from = parts.lastIndexOf('experiments');
  return from === -1 ? (parts.at(-1) ?? file) : parts.slice(from).join('/');
}

const quoted = (word: string): string => (/^[\w./@%+=:,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
