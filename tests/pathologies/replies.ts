import type { Pathology } from './pathology.ts';

const about = (value: unknown, expected: number): boolean => Math.abs(Number(value) - expected) <= 1;

/** What is wrong with replies, and with the server that gives them. */
export const REPLIES: readonly Pathology[] = [
  {
    code: 'non-2xx',
    severity: 'invalid',
    server: 'fails-now-and-then',
    load: {},
    evidence: ({ replies, of, statuses }) => about(replies, Number(of) / 50) && statuses === '503',
  },
  {
    code: 'mismatched-replies',
    severity: 'suspect',
    server: 'lies-now-and-then',
    load: {},
    evidence: ({ replies, of }) => Number(replies) > 0 && about(replies, Number(of) / 250),
  },
  {
    code: 'reply-changed',
    severity: 'suspect',
    server: 'breaks-after-300',
    load: { requests: 300 },
    evidence: ({ status, problem }) => status === 200 && String(problem).includes('jello'),
    also: ({ caveats }) => !caveats.some(({ code }) => code === 'mismatched-replies'),
  },
  {
    code: 'requests-failed',
    severity: 'suspect',
    server: 'hangs-now-and-then',
    load: { timeout: '200ms', duration: '1s' },
    evidence: ({ failed, kinds, timeLost }) =>
      Number(failed) > 3 && /time/.test(String(kinds)) && Number(timeLost) > 0.05,
  },
  {
    code: 'unanswered',
    severity: 'suspect',
    server: 'serves-two-connections',
    load: { duration: '1s' },
    evidence: ({ inFlightAtEnd, oldestUs, longestAnsweredUs }) =>
      Number(inFlightAtEnd) >= 2 && Number(oldestUs) > 990_000 && Number(longestAnsweredUs) < 500_000,
  },
  {
    code: 'unanswered',
    way: 'by-little',
    severity: 'suspect',
    server: 'serves-two-connections',
    load: { duration: '1s', connections: 8, driver: 'wrk' },
    needs: 'wrk',
    evidence: ({ accountedFor, oldestUs }) => Number(accountedFor) < 0.3 && oldestUs === null,
  },
  {
    code: 'server-died',
    severity: 'invalid',
    server: 'dies-after-290',
    load: { requests: 300 },
    evidence: ({ code, log }) => code === 7 && log === 'fatal: out of luck',
  },
  {
    code: 'server-restarted',
    severity: 'suspect',
    server: 'recycles-workers',
    load: { requests: 300 },
    evidence: ({ processes }) => processes === 'changed',
  },
  {
    code: 'server-leaks-memory',
    severity: 'note',
    server: 'leaks-half-a-mebibyte',
    load: { requests: 400, connections: 1 },
    evidence: ({ before, after, bytesPerRequest }) =>
      Number(after) - Number(before) > 150_000_000 && Number(bytesPerRequest) > 400_000,
  },
  {
    code: 'drift',
    severity: 'suspect',
    server: 'slows-down-after-3s',
    load: { duration: '7s' },
    evidence: ({ second, before, after }) => Number(second) === 3 && Number(after) < Number(before) / 2,
  },
  {
    code: 'drift',
    way: 'seen-by-the-kernel',
    severity: 'suspect',
    server: 'slows-down-after-3s',
    load: { duration: '7s', driver: 'wrk' },
    needs: 'wrk',
    evidence: ({ second, before, after, countedBy }) =>
      Number(second) === 3 && Number(after) < Number(before) / 2 && countedBy === 'kernel (segments)',
  },
  {
    code: 'coordinated-omission',
    severity: 'note',
    server: 'stalls-once',
    load: { duration: '2s' },
    evidence: ({ slowestPercentTimeShare, maxUs }) => Number(slowestPercentTimeShare) > 0.25 && Number(maxUs) > 900_000,
  },
];
