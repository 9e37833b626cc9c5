import { expect, test } from 'vitest';
import { type Draft, edited } from '../fixtures/clean.ts';
import { foldResults } from '../fold.ts';

const severityOf = (edit: (draft: Draft) => void): string | undefined => {
  const { run, records } = edited(edit);
  const cell = foldResults(run, records, '2026-11-23T09:06:00.000Z').cells[0];
  return cell?.caveats.find(({ code }) => code === 'server-closed-connections')?.severity;
};

/** A generator that does not tell, and what the kernel accepted beyond the load's connections. */
const accepted =
  (beyond: number, edit: (draft: Draft) => void = () => {}) =>
  (draft: Draft): void => {
    draft.measurement.serverClosedConnections = null;
    Object.assign(draft.observation.network!, { 'Tcp.PassiveOpens': draft.cell.load.connections + beyond });
    edit(draft);
  };

test('the kernel tells of connections that a generator opens again without a word', () => {
  expect(severityOf(accepted(1))).toBeUndefined();
  expect(severityOf(accepted(2))).toBe('note');
  expect(severityOf(accepted(1_000_000))).toBe('suspect');
});

test('what the generator counted goes before the kernel, which counts others too on the host', () => {
  const counted = (draft: Draft): void => {
    draft.measurement.serverClosedConnections = 0;
  };
  expect(severityOf(accepted(1_000, counted))).toBeUndefined();
  const onHost = (draft: Draft): void => {
    draft.record.stage = { kind: 'host', rootless: false, copied: {}, timeWaitBefore: 0 };
  };
  expect(severityOf(accepted(1_000, onHost))).toBeUndefined();
});
