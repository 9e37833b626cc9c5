import { describe, expect, test } from 'vitest';
import { HostError } from '../model/host.ts';
import { fakeHost } from './fixtures/fake-host.ts';
import { type FakeFile, type FakeMachine, fakeMachine } from './fixtures/fake-machine.ts';
import { machinePlace, secureFolder } from './place.ts';

const HOME = '/home/ann';
const FOLDER = `${HOME}/.local/state/loadcell`;

function machineWith(more: Record<string, Partial<FakeFile>>): FakeMachine {
  const machine = fakeMachine();
  const all: Record<string, Partial<FakeFile>> = { '/home': { uid: 0 }, [HOME]: {}, [`${HOME}/.local`]: {}, ...more };
  for (const [path, file] of Object.entries(all)) {
    machine.disk.set(path, { kind: 'folder', uid: 1000, mode: 0o755, text: '', ...file });
  }
  return machine;
}
const ann = (machine: FakeMachine) => fakeHost(machine, { pid: 100, uid: 1000 });

describe('where the ledger is kept', () => {
  test('root has one place, whatever the environment says', () => {
    expect(machinePlace({ uid: 0, name: 'root' }, { HOME, XDG_STATE_HOME: '/x' }).folder).toBe('/var/lib/loadcell');
  });

  test.each([
    [{ XDG_STATE_HOME: '/state', HOME }, '/state/loadcell'],
    [{ XDG_STATE_HOME: 'relative', HOME }, FOLDER],
    [{ HOME }, FOLDER],
  ])('a user has one of their own: %j', (env, folder) => {
    expect(machinePlace({ uid: 1000, name: 'ann' }, env)).toEqual({ folder, lock: 'loadcell' });
  });

  test('a user without a home is told what to set', () => {
    expect(() => machinePlace({ uid: 1000, name: 'ann' }, {})).toThrow(
      expect.objectContaining({ exitCode: 3, hint: 'set HOME, or XDG_STATE_HOME, to an absolute path' }),
    );
  });

  test('it is made for nobody else, and found again', async () => {
    const machine = machineWith({});
    await secureFolder(ann(machine), FOLDER);
    expect(machine.disk.get(FOLDER)).toMatchObject({ kind: 'folder', uid: 1000, mode: 0o700 });
    await secureFolder(ann(machine), FOLDER);
  });

  const state = `${HOME}/.local/state`;
  const own = { [FOLDER]: { mode: 0o700 } };
  test.each<[string, Record<string, Partial<FakeFile>>, string, string]>([
    ['it is a link', { [FOLDER]: { kind: 'link', text: '/etc' } }, FOLDER, 'it is a link, not a folder'],
    ['it is a file', { [FOLDER]: { kind: 'file' } }, FOLDER, 'it is a file, not a folder'],
    ["it is another user's", { [FOLDER]: { uid: 1001, mode: 0o700 } }, FOLDER, 'it belongs to user 1001'],
    ["it is root's", { [FOLDER]: { uid: 0, mode: 0o700 } }, FOLDER, 'it belongs to user 0'],
    ['others can read it', { [FOLDER]: { mode: 0o750 } }, FOLDER, 'other users can get into it (mode 0750)'],
    ['another user owns one above', { ...own, [state]: { uid: 1001 } }, state, 'it belongs to user 1001'],
    ['everybody can write above', { ...own, [state]: { mode: 0o777 } }, state, 'every user can write into it'],
    [
      'a link above leads to such a place',
      { ...own, [state]: { kind: 'link', text: '/open' }, '/open': { mode: 0o777 } },
      '/open',
      'every user can write into it',
    ],
    [
      'another user planted a link above',
      { ...own, [state]: { kind: 'link', uid: 1001, text: '/var' } },
      state,
      'it belongs to user 1001',
    ],
    ['links go round', { ...own, [state]: { kind: 'link', text: state } }, state, 'its links lead in a circle'],
  ])('refused: %s', async (_name, more, where, what) => {
    const machine = machineWith(more);
    await expect(secureFolder(ann(machine), FOLDER)).rejects.toMatchObject({
      exitCode: 3,
      problems: [{ where, what: expect.stringContaining(what) }],
    });
    expect(machine.touched).toEqual([]);
  });

  test("another user's home, which cannot even be looked at, is refused too", async () => {
    const machine = machineWith({});
    const stat = async (path: string) => {
      throw new HostError(`cannot look at ${path}: EACCES`, 'EACCES', path);
    };
    await expect(secureFolder({ ...ann(machine), stat }, FOLDER)).rejects.toMatchObject({
      exitCode: 3,
      problems: [{ where: FOLDER, what: 'it cannot be used: cannot look at /home: EACCES' }],
    });
  });

  test('a folder that everybody can write into will do where only owners can rename, and links of our own are followed', async () => {
    const machine = machineWith({
      '/shared': { uid: 0, mode: 0o1777 },
      '/shared/ann': { mode: 0o755 },
      [state]: { kind: 'link', text: '/shared/ann' },
    });
    await secureFolder(ann(machine), FOLDER);
    expect(machine.disk.get('/shared/ann/loadcell')).toMatchObject({ kind: 'folder', mode: 0o700 });
  });
});
