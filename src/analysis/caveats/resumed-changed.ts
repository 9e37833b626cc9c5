import { type CellCheck, doubt } from './check.ts';

export const resumedChanged: CellCheck = {
  code: 'resumed-changed',
  reveals:
    'The run was gone on with after something that it measures by had changed (kernel, versions, a server’s configuration, the experiment itself), and `--changed` let that pass: its trials are not all of one kind.',
  source: 'What each `--resume` found changed, as kept in run.json.',
  check({ run, trials }) {
    const changed = (run.resumed ?? []).flatMap((sitting) => sitting.changed);
    if (changed.length === 0 || trials.length === 0) return null;
    return doubt(
      'suspect',
      'Something changed between the sittings of this run, and was let pass by --changed.',
      Object.fromEntries(changed.map(({ where, what }) => [where, what])),
      'Run it anew, in one sitting or with nothing changed between them.',
    );
  },
};
