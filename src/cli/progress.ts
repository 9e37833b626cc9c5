import type { TrialEvent } from '../trial/context.ts';
import { type Printer, plain } from './print.ts';

/** Shows a run as it goes: one rewritten line on a terminal, one line a trial everywhere. */
export function showProgress(printer: Printer, now: () => number): (event: TrialEvent) => void {
  const estimate = remainingTime();
  let current = '';
  let phase = '';
  let rate = '';
  let startedAt = 0;
  const status = (): void => printer.status(`${current} ${phase}${rate}`);
  return (event) => {
    switch (event.kind) {
      case 'run-started':
        estimate.planned(event.plannedMs);
        return;
      case 'trial-started': {
        startedAt = now();
        phase = '';
        rate = '';
        const left = estimate.left(event.total - event.done);
        const retry = event.attempt > 1 ? ', again' : '';
        current = `[${event.done + 1}/${event.total}${left}] ${event.cell.id} trial ${event.slot.trial}${retry}:`;
        return status();
      }
      case 'phase':
        phase = event.phase;
        return status();
      case 'rate':
        rate = `, ${event.exact ? '' : 'about '}${Math.round(event.perSecond).toLocaleString('en')} requests/s`;
        return status();
      case 'trial-ended': {
        estimate.took(now() - startedAt);
        const left = estimate.left(event.total - event.done);
        const mark = event.good ? printer.paint('green', 'ok') : printer.paint('red', 'failed');
        return printer.line(
          `[${event.done}/${event.total}${left}] ${event.cell.id} trial ${event.slot.trial}: ${mark}, ${plain(event.summary)}`,
        );
      }
      case 'note':
        return printer.line(plain(event.text));
    }
  };
}

interface Remaining {
  /** The whole run by its plan, ms; null where it does not tell. */
  planned(ms: number | null): void;
  /** A trial that has ended. */
  took(ms: number): void;
  left(trials: number): string;
}

/**
 * Time left, from the mean of the trials so far. Before the first has ended what the plan says is told, with `about`: it
 * has no servers' starts in it. A plan that counts requests says nothing, and neither do we.
 */
function remainingTime(): Remaining {
  let plan: number | null = null;
  let sum = 0;
  let count = 0;
  return {
    planned: (ms) => {
      plan = ms;
    },
    took: (ms) => {
      sum += ms;
      count += 1;
    },
    left: (trials) => {
      if (trials === 0) return '';
      if (count > 0) return `, ${durationText((sum / count) * trials)} left`;
      return plan === null ? '' : `, about ${durationText(plan)} left`;
    },
  };
}

/** 75_000 -> '1 min 15 s'. */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
