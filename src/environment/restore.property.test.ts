import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fakeHost, Killed } from './fixtures/fake-host.ts';
import { type FakeMachine, settings } from './fixtures/fake-machine.ts';
import { ledgerOn, live, machineOf, open, PLACE, type Story, story } from './fixtures/runs.ts';
import { readLedger } from './ledger.ts';
import { takeLock } from './lock.ts';
import { recover } from './recovery.ts';
import { restoreLedger } from './restore-ledger.ts';

interface Kill {
  at: number;
  when: 'before' | 'after';
}

/** Lives a story with a process that is killed at its n-th effect, before or after it. False: it came to its end first. */
async function killedAt(machine: FakeMachine, told: Story, { at, when }: Kill, pid = 100): Promise<boolean> {
  let effects = 0;
  const host = fakeHost(machine, {
    pid,
    step: (now) => {
      if (now === 'before') effects += 1;
      if (effects === at && now === when) throw new Killed();
    },
  });
  try {
    await live(host, told);
    return false;
  } catch (error) {
    expect(machine.processes.has(pid), String(error)).toBe(false);
    return true;
  }
}

/** The guardian of the fake does nothing: it is dead too. */
function endGuardians(machine: FakeMachine): void {
  for (const pid of machine.processes.keys()) if (pid >= 10_000) machine.processes.delete(pid);
}

const kill: fc.Arbitrary<Kill> = fc.record({
  at: fc.integer({ min: 1, max: 60 }),
  when: fc.constantFrom('before', 'after'),
});

describe('whatever a run sets', () => {
  test('the old value of all that differs is on disk after every single effect', async () => {
    await fc.assert(
      fc.asyncProperty(story, async (told) => {
        const machine = machineOf(told);
        const first = settings(machine);
        const host = fakeHost(machine, {
          pid: 100,
          step: () => {
            const entries = ledgerOn(machine)?.entries ?? [];
            for (const [path, value] of Object.entries(settings(machine))) {
              if (value === first[path]) continue;
              expect(entries.find((entry) => entry.path === path)?.before, path).toBe(first[path]);
            }
          },
        });
        await live(host, told);
        expect(settings(machine)).toEqual(first);
        expect(ledgerOn(machine)).toBeNull();
        expect(machine.names.size).toBe(0);
      }),
      { numRuns: 250 },
    );
  });

  test('a start after a kill at any effect restores it, were the restore itself killed at any', async () => {
    let kills = 0;
    await fc.assert(
      fc.asyncProperty(story, kill, kill, async (told, first, second) => {
        const machine = machineOf(told);
        const before = settings(machine);
        if (await killedAt(machine, told, first)) kills += 1;
        endGuardians(machine);
        // Nothing to set: all that it does is to recover.
        if (await killedAt(machine, { ...told, trials: [] }, second, 101)) kills += 1;
        endGuardians(machine);
        await live(fakeHost(machine, { pid: 102 }), { ...told, trials: [] });
        expect(settings(machine)).toEqual(before);
        expect(ledgerOn(machine)).toBeNull();
      }),
      { numRuns: 600 },
    );
    expect(kills).toBeGreaterThan(200);
  });

  test('a second restore does nothing', async () => {
    await fc.assert(
      fc.asyncProperty(story, kill, async (told, killing) => {
        const machine = machineOf(told);
        await killedAt(machine, told, killing);
        endGuardians(machine);
        const host = fakeHost(machine, { pid: 101 });
        await host.makeFolder(PLACE.folder, 0o700);
        await recover(host, PLACE);
        machine.touched.length = 0;
        expect(await recover(host, PLACE)).toEqual([]);
        expect(machine.touched).toEqual([]);
      }),
      { numRuns: 250 },
    );
  });

  test('two restores at once come to the same', async () => {
    let both = 0;
    const ticks = fc.array(fc.nat(4), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(story, kill, ticks, ticks, async (told, killing, one, other) => {
        const machine = machineOf(told);
        const before = settings(machine);
        await killedAt(machine, told, killing);
        const slow = (pid: number, waits: number[]) => {
          let turn = 0;
          return fakeHost(machine, {
            pid,
            step: async () => {
              turn += 1;
              for (let n = waits[turn % waits.length] as number; n > 0; n -= 1) await Promise.resolve();
            },
          });
        };
        // A guardian and a start that did not wait for it.
        const restores = [slow(101, one), slow(102, other)].map(async (host) => {
          const ledger = await readLedger(host, PLACE.folder);
          if (ledger !== null) both += 1;
          return ledger === null ? null : restoreLedger(host, PLACE.folder, ledger, { keepConflicts: true });
        });
        for (const report of await Promise.all(restores)) {
          expect(report?.failed ?? []).toEqual([]);
          expect(report?.conflicts ?? []).toEqual([]);
        }
        expect(settings(machine)).toEqual(before);
        expect(ledgerOn(machine)).toBeNull();
      }),
      { numRuns: 500 },
    );
    expect(both).toBeGreaterThan(100);
  });

  test('a start and a restore by hand at once: one is refused, and says who is at it', async () => {
    const machine = machineOf({ trials: [], relax: false, first: {} });
    await using environment = await open(fakeHost(machine, { pid: 100 }));
    const restore = takeLock(fakeHost(machine, { pid: 101 }), PLACE.lock, {
      experiment: null,
      wait: false,
      say: () => {},
    });
    await expect(restore).rejects.toThrow('this machine is taken by the experiment fake, process 100 of root');
    expect(environment).toBeDefined();
  });
});
