import { doubt, share, type TrialCheck } from './check.ts';

/** Of the replies. */
const INVALID = 0.01;

export const wrongStatus: TrialCheck = {
  code: 'non-2xx',
  reveals:
    'Replies had another status than the declared one. An error page is often cheaper than the page: the number is then another thing’s. Any is suspect, from 1% on the number is invalid.',
  source: 'Status codes as counted by the generator, against the recipe’s declared reply.',
  check({ measurement, server }) {
    const declared = server?.reply.status ?? 200;
    const wrong = Object.entries(measurement.statusCounts).filter(([status]) => !fits(status, declared));
    const count = wrong.reduce((sum, [, one]) => sum + one, 0);
    if (count <= 0) return null;
    return doubt(
      share(count, measurement.requests.completed) >= INVALID ? 'invalid' : 'suspect',
      'Replies had another status than the declared one.',
      {
        declared,
        replies: count,
        of: measurement.requests.completed,
        statuses: wrong.map(([status]) => status).join(', '),
      },
      'Look into the server’s log, and make it give the declared reply under this load.',
    );
  },
};

/** Whether a counted status (`503`) or class (`2xx`, `non-2xx`, wrk's `2xx-3xx`) may be the declared one. */
function fits(status: string, declared: number): boolean {
  if (status === 'non-2xx') return declared < 200 || declared > 299;
  if (/^\d{3}$/.test(status)) return Number(status) === declared;
  return status.split('-').some((one) => one.startsWith(String(Math.floor(declared / 100))));
}
