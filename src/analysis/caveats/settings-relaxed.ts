import { type CellCheck, doubt } from './check.ts';

export const settingsRelaxed: CellCheck = {
  code: 'settings-relaxed',
  reveals: 'The preflight found settings that this machine cannot have, and `--relax` let the run go on without them.',
  source: 'Preflight problems, as kept in run.json.',
  check({ run, trials }) {
    if (run.relaxed.length === 0 || trials.length === 0) return null;
    return doubt(
      'note',
      'Settings that could not be applied were let pass by --relax.',
      Object.fromEntries(run.relaxed.map(({ where, what }) => [where, what])),
      'Run where they can be applied, or take them out of the experiment.',
    );
  },
};
