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
      case 'trial-started': {
        startedAt = now();
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

/** Time left, from the mean of the trials so far. */
function remainingTime(): { took(ms: number): void; left(trials: number): string } {
  let sum = 0;
  let count = 0;
  return {
    took: (ms) => {
      sum += ms;
      count += 1;
    },
    left: (trials) => (count === 0 || trials === 0 ? '' : `, ${durationText((sum / count) * trials)} left`),
  };
}

/** 75_000 -> '1 min 15 s'. */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
