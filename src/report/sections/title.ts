import type { Section } from './section.ts';

export interface TitleView {
  title: string;
  /** Markdown, as the author wrote it. */
  notes: string;
  /** A smoke run: no number of it should be published. */
  quick: boolean;
  /** The run was interrupted before every planned trial had a record. */
  incomplete: { done: string; planned: string } | null;
}

export const title: Section<TitleView> = ({ run, results, words }) => {
  const { experiment } = run.plan;
  const done = results.cells.reduce((sum, cell) => sum + cell.trials, 0);
  return {
    title: experiment.title || experiment.name,
    notes: experiment.notes,
    quick: run.plan.quick || results.run.quick,
    incomplete: results.run.complete ? null : { done: words.count(done), planned: words.count(run.plan.order.length) },
  };
};
