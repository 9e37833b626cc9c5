import { doubt, share, type TrialCheck } from './check.ts';

/** Of the replies. */
const INVALID = 0.01;

export const mismatchedReplies: TrialCheck = {
  code: 'mismatched-replies',
  reveals:
    'Replies had another body than the declared one, or bytes behind it. Any is suspect, from 1% on the number is invalid. Not every generator looks: ab compares lengths, wrk nothing.',
  source: 'Bodies as compared by the generator, against the recipe’s declared reply.',
  check({ measurement }) {
    const count = measurement.mismatchedBodies ?? 0;
    if (count <= 0) return null;
    return doubt(
      share(count, measurement.requests.completed) >= INVALID ? 'invalid' : 'suspect',
      'Replies had another body than the declared one.',
      { replies: count, of: measurement.requests.completed },
      'Look at what the server sends under load, or declare no body where it differs by design.',
    );
  },
};
