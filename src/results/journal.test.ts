import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TrialRecord } from '../model/record.ts';
import { parseJournal } from './journal.ts';

const record = (trial: number): TrialRecord => ({
  schemaVersion: 1,
  cell: 'a.b.c1',
  trial,
  attempt: 1,
  sequence: trial,
  startedAt: '2026-11-23T09:00:00.000Z',
  outcome: { kind: 'aborted', reason: 'x\ny "z" é' },
  stage: null,
  proofs: [],
  replies: [],
  observation: null,
  stepsMs: {},
  server: null,
  serverLog: '',
  logs: [],
});
const line = (one: TrialRecord): string => `${JSON.stringify(one)}\n`;

test('a crash at any byte loses at most the record that was being written', () => {
  const whole = [1, 2, 3].map((trial) => line(record(trial)));
  const text = whole.join('');
  const bytes = Buffer.from(text);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const journal = parseJournal(bytes.subarray(0, cut).toString('utf8'));
    const wholeLines = whole.filter((_, index) => Buffer.byteLength(whole.slice(0, index + 1).join('')) <= cut).length;
    expect(journal.records).toEqual([1, 2, 3].slice(0, wholeLines).map(record));
  }
});

test('whatever the bytes are, reading them does not fail', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(parseJournal(text).records).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});
