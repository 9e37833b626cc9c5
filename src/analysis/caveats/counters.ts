import type { MeasuredTrial } from '../measured-trial.ts';

/** Delta of a counter of the stage's network namespace; a counter that did not move is not recorded. null: not readable. */
export const counter = ({ observation }: MeasuredTrial, name: string): number | null =>
  observation?.network ? (observation.network[name] ?? 0) : null;

/** Connections made in the window: what the kernel accepted, or what the load means. */
export function connectionsMade(trial: MeasuredTrial): number {
  const { load } = trial.cell;
  const known = trial.measurement.connectionsOpened ?? counter(trial, 'Tcp.PassiveOpens') ?? 0;
  return Math.max(1, known, load.keepAlive ? load.connections : trial.measurement.requests.completed);
}

/** Whether the experiment itself declares that packets get lost or queue up. */
export const isShaped = ({ cell }: MeasuredTrial): boolean => cell.settings.network !== null;
