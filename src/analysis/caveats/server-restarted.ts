import { doubt, type TrialCheck } from './check.ts';

export const serverRestarted: TrialCheck = {
  code: 'server-restarted',
  reveals:
    'A process of the server that was there before the window was gone after it: a worker was started anew meanwhile.',
  source: 'Process ids of the server’s tree before and after the window.',
  check({ record }) {
    if (record.server === null || !record.server.restarted) return null;
    return doubt(
      'suspect',
      'Processes of the server ended and others took their place while it was measured.',
      { processes: 'changed' },
      'Look into the server’s log; turn off the recycling of workers (such as max-requests).',
    );
  },
};
