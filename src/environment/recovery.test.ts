import { describe, expect, test } from 'vitest';
import { type Host, HostError } from '../model/host.ts';
import { fakeHost } from './fixtures/fake-host.ts';
import * as fake from './fixtures/fake-machine.ts';
import { ledgerOn, open, PLACE, tweak } from './fixtures/runs.ts';
import { recover } from './recovery.ts';

/** A machine on which process 100 was killed with a setting in force; 10001 was its guardian. */
async function afterKill(options: { guardian?: boolean } = {}): Promise<fake.FakeMachine> {
  const machine = fake.fakeMachine();
  const environment = await open(fakeHost(machine, { pid: 100 }));
  await environment.apply([tweak(fake.SWAPPINESS, '10')]);
  machine.processes.delete(100);
  machine.names.clear();
  if (options.guardian !== true) machine.processes.delete(10_001);
  expect(machine.kernel.get(fake.SWAPPINESS)?.value).toBe('10');
  return machine;
}
const swappiness = (machine: fake.FakeMachine): string | undefined => machine.kernel.get(fake.SWAPPINESS)?.value;

describe('a start after a kill', () => {
  test('puts back, and says what', async () => {
    const machine = await afterKill();
    const said: string[] = [];
    await using _next = await open(fakeHost(machine, { pid: 101 }), { said });
    expect(swappiness(machine)).toBe('60');
    expect(said).toEqual([
      'Put back vm.swappiness: 60 (it was 10), as it was before fake (process 100, since 1970-01-01T00:16:40.000Z).',
    ]);
  });

  test('puts back what process 1 of a container has left, and leaves a live one alone', async () => {
    const machine = fake.fakeMachine();
    await (await open(fakeHost(machine, { pid: 1 }))).apply([tweak(fake.SWAPPINESS, '10')]);
    machine.names.clear();
    await expect(recover(fakeHost(machine, { pid: 101 }), PLACE)).rejects.toThrow('process 1, since');
    machine.processes.clear();
    await recover(fakeHost(machine, { pid: 101 }), PLACE);
    expect(swappiness(machine)).toBe('60');
  });

  test('after a reboot there is nothing to put back', async () => {
    const machine = await afterKill();
    (machine.disk.get('/proc/sys/kernel/random/boot_id') as fake.FakeFile).text = 'boot-2\n';
    const done = await recover(fakeHost(machine, { pid: 101 }), PLACE);
    expect(done).toEqual([
      'The machine has been restarted since fake (process 100, since 1970-01-01T00:16:40.000Z): its settings are gone.',
    ]);
    expect(swappiness(machine)).toBe('10');
    expect(ledgerOn(machine)).toBeNull();
  });

  test("does not touch a live run's ledger, although its lock cannot be seen", async () => {
    const machine = await afterKill();
    machine.processes.set(100, 100 * 100);
    await expect(open(fakeHost(machine, { pid: 101 }))).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining('fake (process 100, since'),
    });
    expect(swappiness(machine)).toBe('10');
    expect(ledgerOn(machine)).not.toBeNull();
    // It let go of the lock.
    expect(machine.names.size).toBe(0);
  });

  test('is refused by a run in another network namespace, although that one has changed nothing yet', async () => {
    const machine = fake.fakeMachine();
    await using first = await open(fakeHost(machine, { pid: 100 }));
    machine.names.clear();
    await expect(open(fakeHost(machine, { pid: 101 }))).rejects.toThrow('is alive, and holds the machine');
    await using _applied = await first.apply([tweak(fake.SWAPPINESS, '10')]);
    expect(ledgerOn(machine)).toMatchObject({ owner: { pid: 100 }, entries: [{ before: '60' }] });
  });

  test('a process that has the pid again is not the run', async () => {
    const machine = await afterKill();
    machine.processes.set(100, 77);
    await recover(fakeHost(machine, { pid: 101 }), PLACE);
    expect(swappiness(machine)).toBe('60');
  });

  test('waits for the guardian, and ends one that is stuck', async () => {
    const machine = await afterKill({ guardian: true });
    await recover(fakeHost(machine, { pid: 101 }), PLACE);
    expect(machine.processes.has(10_001)).toBe(false);
    expect(swappiness(machine)).toBe('60');
  });

  test('what cannot be put back refuses the start, names value and path, and is not forgotten', async () => {
    const machine = await afterKill();
    const step = (when: string, what: string): void => {
      if (when === 'before' && what.startsWith('write')) throw new HostError('no', 'EROFS');
    };
    await expect(open(fakeHost(machine, { pid: 101, step }))).rejects.toMatchObject({
      exitCode: 3,
      problems: [{ where: 'vm.swappiness', remedy: `write 60 to ${fake.SWAPPINESS}` }],
    });
    expect(ledgerOn(machine)?.entries).toHaveLength(1);
    // Mended by hand.
    (machine.kernel.get(fake.SWAPPINESS) as fake.KernelKey).value = '60';
    expect(await recover(fakeHost(machine, { pid: 101, step }), PLACE)).toEqual([]);
    expect(ledgerOn(machine)).toBeNull();
  });

  const NETNS = '77 25 0:4 net:[2] /run/netns/a\\040b rw shared:9 - nsfs nsfs rw\n';
  test.each([
    ['fails while somebody is in it', 'net:[2]', '', /net:\[2\], where .*nsenter --target 55 --net/],
    [
      'fails while it is mounted',
      'net:[1]',
      NETNS,
      /mounted at \/run\/netns\/a b, .*nsenter --net=\/proc\/\d+\/root\/run/,
    ],
    ['fails where a process cannot be looked at', 'EACCES', '', /may still be there/],
    ['passes over what went with it', 'net:[1]', '77 25 0:4 net:[22] /run/netns/b rw - nsfs nsfs rw\n', null],
    ['passes over a process that has ended', 'ENOENT', '', null],
  ] as const)('after a kill in another network namespace, %s', async (_name, network, mounts, reason) => {
    const machine = fake.fakeMachine();
    machine.networks.set(100, 'net:[2]');
    const environment = await open(fakeHost(machine, { pid: 100 }));
    await environment.apply([tweak(fake.SWAPPINESS, '10'), tweak(fake.LOWEST, '80')]);
    machine.processes.clear();
    machine.names.clear();
    machine.processes.set(55, 1);
    const next = fakeHost(machine, { pid: 101 });
    const seeing: Host = {
      ...next,
      readText: async (path) => (path === '/proc/55/mountinfo' ? mounts : next.readText(path)),
      readLink: async (path) => {
        if (path === '/proc/55/ns/net' && network.startsWith('E')) throw new HostError('no', network);
        if (path === '/proc/55/ns/net') return network;
        return path.endsWith('/ns/mnt') ? `mnt:[${path.split('/')[2]}]` : next.readLink(path);
      },
    };
    const done = recover(seeing, PLACE);
    if (reason === null) await done;
    else {
      await expect(done).rejects.toMatchObject({
        problems: [{ where: 'net.ipv4.ip_unprivileged_port_start', what: expect.stringMatching(reason) }],
      });
    }
    // The same path is another setting here.
    expect(machine.kernel.get(fake.LOWEST)?.value).toBe('80');
    expect(swappiness(machine)).toBe('60');
    expect(ledgerOn(machine)?.entries.map(({ path }) => path)).toEqual(reason === null ? undefined : [fake.LOWEST]);
  });

  test('removes half-written ledgers and the temporary folders of dead runs, and nothing else', async () => {
    const machine = fake.fakeMachine();
    const folder = (path: string, uid = 0): void =>
      void machine.disk.set(path, { kind: 'folder', uid, mode: 0o700, text: '' });
    folder(PLACE.folder);
    const keep = [
      '/tmp/loadcell-1-101-10100-abcdef',
      '/tmp/loadcell-2-100-10000-abcdef',
      '/tmp/loadcell-AbCdEf',
      '/tmp/loadcell-1-100-10000-uvwxyz',
    ];
    for (const path of keep) folder(path, path.endsWith('uvwxyz') ? 1000 : 0);
    folder('/tmp/loadcell-1-100-10000-abcdef');
    machine.disk.set('/tmp/loadcell-1-100-10000-linked', { kind: 'link', uid: 0, mode: 0o777, text: '/etc' });
    const half = `${PLACE.folder}/.ledger.json.100.abc.tmp`;
    machine.disk.set(half, { kind: 'file', uid: 0, mode: 0o600, text: '{' });
    const done = await recover(fakeHost(machine, { pid: 101 }), PLACE);
    expect(done).toEqual(['Removed /tmp/loadcell-1-100-10000-abcdef.']);
    expect(machine.disk.has(half)).toBe(false);
    for (const path of [...keep, '/tmp/loadcell-1-100-10000-linked', '/etc/passwd'])
      expect(machine.disk.has(path), path).toBe(true);
  });
});
