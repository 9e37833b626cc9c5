import { type CellCheck, doubt } from './check.ts';

export const quick: CellCheck = {
  code: 'quick',
  reveals: 'A smoke run (`--quick`): few and short trials, to see that everything works.',
  source: 'The command line.',
  check({ run, trials }) {
    if (!run.plan.quick || trials.length === 0) return null;
    return doubt(
      'note',
      'This is a smoke run.',
      { trials: trials.length },
      'Run without --quick for numbers to publish.',
    );
  },
};
