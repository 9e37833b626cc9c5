import { describe, expect, test } from 'vitest';
import { HostError } from '../model/host.ts';
import { ApplyError } from './apply.ts';
import { fakeHost } from './fixtures/fake-host.ts';
import * as fake from './fixtures/fake-machine.ts';
import { ledgerOn, open, tweak } from './fixtures/runs.ts';

const start = (options: { relax?: boolean; step?: (when: 'before' | 'after', what: string) => void } = {}) => {
  const machine = fake.fakeMachine();
  const said: string[] = [];
  const host = fakeHost(machine, { pid: 100, ...(options.step === undefined ? {} : { step: options.step }) });
  return { machine, said, host, environment: open(host, { relax: options.relax ?? false, said }) };
};
const set = (machine: fake.FakeMachine, path: string, value: string): void => {
  (machine.kernel.get(path) as fake.KernelKey).value = value;
};

describe('apply', () => {
  test('proves what is in force, and puts it back', async () => {
    const { machine, environment } = start();
    const first = fake.settings(machine);
    await using held = await environment;
    const applied = await held.apply([tweak(fake.SWAPPINESS, '10'), tweak(fake.HUGEPAGES, 'never')]);
    expect(applied.proofs).toEqual([
      { setting: 'sysctl.vm.swappiness', asked: '10', before: '60', during: '10', held: true, detail: null },
      expect.objectContaining({ asked: 'never', before: 'madvise', during: 'never', held: true }),
    ]);
    expect(fake.settings(machine)).toEqual({ ...first, [fake.SWAPPINESS]: '10', [fake.HUGEPAGES]: 'never' });
    await applied[Symbol.asyncDispose]();
    expect(fake.settings(machine)).toEqual(first);
    expect(ledgerOn(machine)?.entries).toEqual([]);
  });

  test('one value in another writing holds, a rounded one does not', async () => {
    await using held = await start({ relax: true }).environment;
    const { proofs } = await held.apply([tweak(fake.SWAPPINESS, '012'), tweak(fake.BYTES, '10001')]);
    expect(proofs).toMatchObject([
      { held: false, during: '12', detail: 'it reads 12 after writing' },
      { held: false, during: '8192', detail: 'it reads 8192 after writing' },
    ]);
  });

  test.each([
    ['absent', '/proc/sys/net/no_such_key', '1', 'not on this kernel'],
    ['read-only', fake.FIXED, '7', 'it cannot be written here (EACCES)'],
    ['out of range', fake.SWAPPINESS, '999', 'the kernel refuses the value (EINVAL)'],
    ['taken in part', fake.RMEM, '8192 65536 3000000000', 'the kernel refuses the value (EINVAL)'],
    ['not a kernel file', '/etc/passwd', 'x', 'it is not under /proc/sys or /sys'],
  ])('a setting that is %s undoes the others and is an ApplyError', async (_name, path, value, reason) => {
    const { machine, environment } = start();
    const first = fake.settings(machine);
    await using held = await environment;
    const failure = held.apply([tweak(fake.HUGEPAGES, 'never'), tweak(path, value)]);
    await expect(failure).rejects.toBeInstanceOf(ApplyError);
    await expect(failure).rejects.toThrow(`${tweak(path, value).setting} = ${value}: ${reason}`);
    expect(fake.settings(machine)).toEqual(first);
    expect(ledgerOn(machine)?.entries).toEqual([]);
  });

  test.each([['optional'], ['relaxed']])(
    'a refused setting that is %s is put back at once and not held',
    async (how) => {
      const { machine, environment } = start({ relax: how === 'relaxed' });
      const first = fake.settings(machine);
      await using held = await environment;
      const optional = how === 'optional';
      const { proofs } = await held.apply([
        tweak(fake.RMEM, '8192 65536 3000000000', { optional }),
        tweak('/proc/sys/net/no_such_key', '1', { optional }),
        tweak(fake.SWAPPINESS, '10'),
      ]);
      expect(proofs).toMatchObject([
        { held: false, before: '4096\t131072\t6291456', during: '4096\t131072\t6291456' },
        { held: false, before: null, during: null, detail: 'not on this kernel' },
        { held: true },
      ]);
      expect(fake.settings(machine)).toEqual({ ...first, [fake.SWAPPINESS]: '10' });
    },
  );

  test('changes nothing when the ledger cannot be written', async () => {
    let isFull = false;
    const { machine, environment } = start({
      step: (when, what) => {
        if (isFull && when === 'before' && what.startsWith('save')) throw new HostError('no space', 'ENOSPC');
      },
    });
    await using held = await environment;
    isFull = true;
    await expect(held.apply([tweak(fake.SWAPPINESS, '10')])).rejects.toThrow(
      'the old settings cannot be kept on disk (ENOSPC), so that none was changed',
    );
    expect(machine.touched.filter((path) => machine.kernel.has(path))).toEqual([]);
  });

  test('a disk that is full afterwards does not keep it from being restored', async () => {
    let isFull = false;
    const { machine, environment } = start({
      step: (when, what) => {
        if (isFull && when === 'before' && what.startsWith('save')) throw new HostError('no space', 'ENOSPC');
      },
    });
    const first = fake.settings(machine);
    await using held = await environment;
    const applied = await held.apply([tweak(fake.SWAPPINESS, '10'), tweak(fake.BYTES, '8192')]);
    isFull = true;
    await applied[Symbol.asyncDispose]();
    expect(fake.settings(machine)).toEqual(first);
    await held[Symbol.asyncDispose]();
    expect(ledgerOn(machine)).toBeNull();
  });

  test('a machine whose disk is full from the start is not taken', async () => {
    const { machine, environment } = start({
      step: (when, what) => {
        if (when === 'before' && what.startsWith('save')) throw new HostError('no space', 'ENOSPC');
      },
    });
    await expect(environment).rejects.toMatchObject({ name: 'UserError', exitCode: 3 });
    expect(machine.names.size).toBe(0);
  });

  test('leaves alone what somebody else has set meanwhile, and says both values', async () => {
    const { machine, said, environment } = start();
    await using held = await environment;
    const applied = await held.apply([tweak(fake.SWAPPINESS, '10'), tweak(fake.HUGEPAGES, 'never')]);
    set(machine, fake.SWAPPINESS, '33');
    await applied[Symbol.asyncDispose]();
    expect(machine.kernel.get(fake.SWAPPINESS)?.value).toBe('33');
    expect(machine.kernel.get(fake.HUGEPAGES)?.value).toBe('madvise');
    expect(said).toEqual([
      'Left vm.swappiness at 33: somebody changed it after loadcell had set 10; before that it was 60.',
    ]);
    expect(ledgerOn(machine)?.entries).toEqual([]);
  });

  test('what cannot be put back is told, kept in the ledger, and tried again at the end', async () => {
    let broken = false;
    const { machine, environment } = start({
      step: (when, what) => {
        if (broken && when === 'before' && what === `write ${fake.SWAPPINESS}`) throw new HostError('no', 'EPERM');
      },
    });
    const held = await environment;
    const applied = await held.apply([tweak(fake.SWAPPINESS, '10'), tweak(fake.HUGEPAGES, 'never')]);
    broken = true;
    const where = 'vm.swappiness';
    await expect(applied[Symbol.asyncDispose]()).rejects.toMatchObject({
      exitCode: 4,
      problems: [{ where, what: 'it could not be put back: it cannot be written here (EPERM); it is 10, and was 60' }],
    });
    expect(machine.kernel.get(fake.HUGEPAGES)?.value).toBe('madvise');
    expect(ledgerOn(machine)?.entries.map(({ path }) => path)).toEqual([fake.SWAPPINESS]);
    broken = false;
    await held[Symbol.asyncDispose]();
    expect(machine.kernel.get(fake.SWAPPINESS)?.value).toBe('60');
    expect(ledgerOn(machine)).toBeNull();
  });
});
