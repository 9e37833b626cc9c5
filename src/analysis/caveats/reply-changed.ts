import { doubt, type TrialCheck } from './check.ts';

export const replyChanged: TrialCheck = {
  code: 'reply-changed',
  reveals: 'The declared reply came before the window and no longer came after it: the load broke something.',
  source: 'The same request, sent once before the warm-up and once after the window.',
  check({ record }) {
    const after = record.replies.find((reply) => reply.when === 'after' && !reply.ok);
    if (after === undefined) return null;
    return doubt(
      'suspect',
      'After the window the server no longer gave the declared reply.',
      { status: after.status, problem: after.problem },
      'Look into the server’s log: it did not survive the load whole.',
    );
  },
};
