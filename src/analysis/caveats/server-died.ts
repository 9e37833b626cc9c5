import { doubt, type TrialCheck } from './check.ts';

export const serverDied: TrialCheck = {
  code: 'server-died',
  reveals:
    'No process of the server was alive at the end of the window. What was measured was at least in part its absence.',
  source: 'The processes of the stage after the window.',
  check({ record }) {
    if (record.server === null || record.server.alive) return null;
    return doubt(
      'invalid',
      'The server did not live through the window.',
      {
        code: record.server.code,
        signal: record.server.signal,
        log: record.serverLog.trim().split('\n').at(-1)?.slice(0, 200) ?? '',
      },
      'Look into the server’s log for why it ended.',
    );
  },
};
