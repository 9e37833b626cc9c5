import { describe, expect, it } from 'vitest';
import { fakeHost } from '../environment/fixtures/fake-host.ts';
import * as fake from '../environment/fixtures/fake-machine.ts';
import { ledgerOn, open, tweak } from '../environment/fixtures/runs.ts';
import { withFault } from './fault.ts';

/** A run of two settings and two records: what there was each time it hit itself. */
async function hits(fault: string): Promise<{ hits: Record<string, unknown>[]; journal: string }> {
  const machine = fake.fakeMachine();
  const seen: Record<string, unknown>[] = [];
  let journal = '';
  const look = (signal: string): void => {
    const { [fake.SWAPPINESS]: swappiness, [fake.HUGEPAGES]: hugepages } = fake.settings(machine);
    seen.push({ signal, swappiness, hugepages, kept: ledgerOn(machine)?.entries.length, journal });
  };
  const appendDurable = async (_path: string, text: string): Promise<void> => {
    journal += text;
  };
  const given = { host: { ...fakeHost(machine, { pid: 100 }), appendDurable }, onEvent: () => {} };
  const { host, onEvent } = withFault(given, fault, look);
  await using held = await open(host);
  const applied = await held.apply([tweak(fake.SWAPPINESS, '10'), tweak(fake.HUGEPAGES, 'never')]);
  for (const phase of ['window', 'stop', 'window'] as const) onEvent({ kind: 'phase', phase });
  await applied[Symbol.asyncDispose]();
  for (const line of ['{"a":1}\n', '{"a":2}\n']) await host.appendDurable('/trials.jsonl', line);
  return { hits: seen, journal };
}

describe('a run hits itself once', () => {
  const set = { swappiness: '10', hugepages: 'never' };
  const whole = '{"a":1}\n{"a":2}\n';
  it.each([
    ['ledger-kept', { swappiness: '60', hugepages: 'madvise', kept: 2, journal: '' }],
    ['first-setting', { ...set, hugepages: 'madvise', kept: 2, journal: '' }],
    ['window', { ...set, kept: 2, journal: '' }],
    ['first-restored', { ...set, hugepages: 'madvise', kept: 2, journal: '' }],
    ['half-record', { swappiness: '60', hugepages: 'madvise', kept: 0, journal: '{"a"' }],
  ])('at %s, and goes on where the signal lets it', async (step, there) => {
    expect(await hits(`${step}:SIGTERM`)).toEqual({ hits: [{ signal: 'SIGTERM', ...there }], journal: whole });
  });

  it('never at a step that it does not come to', async () => {
    expect(await hits('elsewhere:SIGTERM')).toEqual({ hits: [], journal: whole });
  });

  it('and not at all without a fault: nothing is watched', () => {
    const given = { host: fakeHost(fake.fakeMachine(), { pid: 100 }), onEvent: () => {} };
    expect(withFault(given, undefined)).toBe(given);
  });
});
