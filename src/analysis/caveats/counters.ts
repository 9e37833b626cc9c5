import type { MeasuredTrial } from '../measured-trial.ts';

/** Delta of a counter of the stage's network namespace; a counter that did not move is not recorded. null: not readable. */
export const counter = ({ observation }: MeasuredTrial, name: string): number | null =>
  observation?.network ? (observation.network[name] ?? 0) : null;

/** The same on the generator's side, which sends the SYNs: its own network where it has one. */
export const clientCounter = (trial: MeasuredTrial, name: string): number | null => {
  const own = trial.observation?.generatorNetwork ?? null;
  return own === null ? counter(trial, name) : (own[name] ?? 0);
};

/** Of both sides together. */
export const bothCounters = (trial: MeasuredTrial, name: string): number =>
  (counter(trial, name) ?? 0) + (trial.observation?.generatorNetwork?.[name] ?? 0);

/** Connections made in the window: what the kernel accepted, or what the load means. */
export function connectionsMade(trial: MeasuredTrial): number {
  const { load } = trial.cell;
  const known = trial.measurement.connectionsOpened ?? counter(trial, 'Tcp.PassiveOpens') ?? 0;
  return Math.max(1, known, load.keepAlive ? load.connections : trial.measurement.requests.completed);
}

/** Whether the experiment itself declares that packets get lost or queue up. */
export const isShaped = ({ cell }: MeasuredTrial): boolean => cell.settings.network !== null;
