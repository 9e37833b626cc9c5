import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../model/errors.ts';
import { fakeHost } from './fixtures/fake-host.ts';
import { type FakeMachine, fakeMachine, HUGEPAGES, SWAPPINESS } from './fixtures/fake-machine.ts';
import { PLACE } from './fixtures/runs.ts';
import { ledgerFile } from './ledger.ts';
import { recover } from './recovery.ts';
import { standIn } from './stand-in.ts';

const FILE = ledgerFile(PLACE.folder);
const owner = { pid: 100, start: 10_000 };

/** A machine with links that lead out of the kernel's trees, and a ledger of that text. */
function machineWith(text: string): FakeMachine {
  const machine = fakeMachine();
  const link = (path: string, target: string): void =>
    void machine.disk.set(path, { kind: 'link', uid: 0, mode: 0o777, text: target });
  link('/sys/out', '/etc/passwd');
  link('/sys/etc', '/etc');
  link('/sys/round', '/sys/round');
  link('/proc/sys/up', '../../etc');
  link('/sys/class', '/sys/kernel');
  link('/proc/sys/sysrq', '../sysrq-trigger');
  machine.disk.set(PLACE.folder, { kind: 'folder', uid: 0, mode: 0o700, text: '' });
  machine.disk.set(FILE, { kind: 'file', uid: 0, mode: 0o600, text });
  return machine;
}

const path = fc.oneof(
  fc.constantFrom(
    SWAPPINESS,
    HUGEPAGES,
    '/sys/class/mm/transparent_hugepage/enabled',
    '/sys/out',
    '/sys/etc/passwd',
    '/sys/round',
    '/sys/round/x',
    '/proc/sys/up/passwd',
    '/proc/sys/sysrq',
    '/proc/sys/../sysrq-trigger',
    '/proc/sys/vm/../../../etc/passwd',
    '/proc/sys/./vm/swappiness',
    '//proc/sys/vm/swappiness',
    '/proc/sys//vm/swappiness',
    '/proc/sys/vm/swappiness/',
    '/proc/sys/vm/swappiness\0/etc/passwd',
    'proc/sys/vm/swappiness',
    '/proc/sysrq-trigger',
    '/proc/sys',
    '/proc/sys/',
    '/proc/sys/vm',
    '/sys',
    '/sysx/kernel',
    '/etc/passwd',
    '',
  ),
  fc.string().map((text) => `/proc/sys/${text}`),
  fc.string(),
);
const value = fc.oneof(fc.constantFrom('60', '61', '', '\n', 'always', '\u001b[31m'), fc.string(), fc.jsonValue());
const entry = fc.record(
  { path: fc.oneof(path, fc.jsonValue()), before: value, asked: value, after: value },
  { requiredKeys: [] },
);
const process = fc.oneof(
  fc.constant(owner),
  fc.constant(null),
  fc.record({ pid: fc.oneof(fc.integer(), fc.jsonValue()), start: fc.oneof(fc.integer(), fc.jsonValue()) }),
);
const ledger = fc
  .record({
    schemaVersion: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.jsonValue() }),
    boot: fc.constantFrom('boot-1', 'boot-0'),
    network: fc.oneof(fc.constant('net:[1]'), fc.jsonValue()),
    owner: process,
    guardian: process,
    experiment: fc.oneof(fc.constant('x'), fc.string(), fc.jsonValue()),
    since: fc.string(),
    entries: fc.oneof(
      fc.array(entry),
      fc.array(
        fc.record({ path, before: fc.string(), asked: fc.string(), after: fc.constantFrom(null, '60', 'madvise') }),
      ),
      fc.jsonValue(),
    ),
  })
  .map((found) => JSON.stringify(found));
/** Sound by its form: what its paths lead to is seen only at the file system. */
const sound = fc
  .record({
    schemaVersion: fc.constant(1),
    boot: fc.constant('boot-1'),
    network: fc.constantFrom('net:[1]', 'net:[2]'),
    owner: fc.constant(owner),
    guardian: fc.constant(null),
    experiment: fc.string(),
    since: fc.string(),
    entries: fc.array(
      fc.record({
        path: fc.constantFrom(
          ...[SWAPPINESS, HUGEPAGES, '/sys/class/mm/transparent_hugepage/enabled', '/proc/sys/none'],
          ...['/sys/out', '/sys/etc/passwd', '/sys/round', '/proc/sys/up/passwd', '/proc/sys/sysrq'],
        ),
        before: fc.oneof(fc.constantFrom('61', 'always'), fc.string()),
        asked: fc.constantFrom(null, '60', 'madvise'),
        after: fc.constantFrom(null, '60', 'madvise', 'x'),
      }),
      { maxLength: 3 },
    ),
  })
  .map((found) => JSON.stringify(found));
const bytes = fc.uint8Array().map((found) => Buffer.from(found).toString('utf8'));
const cut = fc.tuple(ledger, fc.nat(400)).map(([text, length]) => text.slice(0, length));
const hostile = fc.oneof(bytes, fc.string(), fc.json(), ledger, cut, sound);

describe('a ledger of any text', () => {
  /** Of the kernel's files only those that it may name; of the disk only itself. */
  const check = (machine: FakeMachine): void => {
    for (const file of machine.touched) {
      const ours = file === FILE || machine.kernel.has(file);
      expect(ours, file).toBe(true);
    }
    expect(machine.disk.get('/etc/passwd')?.text).toBe('root');
    expect(machine.disk.get('/proc/sysrq-trigger')?.text).toBe('');
  };

  test('writes nothing outside of /proc/sys and /sys, and is refused with a message for the user', async () => {
    const seen = { refused: 0, done: 0, written: 0 };
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const machine = machineWith(text);
        try {
          await recover(fakeHost(machine, { pid: 200 }), PLACE);
          seen.done += 1;
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
          seen.refused += 1;
        }
        if (machine.touched.some((file) => machine.kernel.has(file))) seen.written += 1;
        check(machine);
      }),
      { numRuns: 1500 },
    );
    for (const [name, count] of Object.entries(seen)) expect(count, name).toBeGreaterThan(20);
  });

  test('does not lead a guardian astray either', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const machine = machineWith(text);
        const job = { folder: PLACE.folder, owner, scratch: '/tmp/none' };
        await standIn(fakeHost(machine, { pid: 200 }), job).catch((error) => expect(error).toBeInstanceOf(UserError));
        check(machine);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['a link', { kind: 'link', uid: 0, mode: 0o777, text: '/etc/passwd' }, 'it is a link, not a file'],
    ['a folder', { kind: 'folder', uid: 0, mode: 0o700, text: '' }, 'it is a folder, not a file'],
    ["another user's file", { kind: 'file', uid: 1000, mode: 0o600, text: '{}' }, 'other users can write or read it'],
    ['a file for everybody', { kind: 'file', uid: 0, mode: 0o666, text: '{}' }, 'other users can write or read it'],
    ['a file of 5 MB', { kind: 'file', uid: 0, mode: 0o600, text: ' '.repeat(5e6) }, 'it has 5000000 bytes'],
  ] as const)('%s in its place is refused', async (_name, file, what) => {
    const machine = machineWith('');
    machine.disk.set(FILE, { ...file });
    await expect(recover(fakeHost(machine, { pid: 200 }), PLACE)).rejects.toMatchObject({
      exitCode: 3,
      problems: [{ where: FILE, what }],
    });
    check(machine);
  });
});
