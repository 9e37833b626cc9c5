import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { localHost } from '../host/local.ts';
import { certificatePath, citable, citationOf, writeCertificate } from './certificate-file.ts';
import { certificate, MACHINE } from './fixtures/certificate.ts';

const NOW = Date.parse('2026-12-01T00:00:00.000Z');
const DRIVERS = { ab: { version: '2.3 | evil\u001b[31m' }, loadcell: { version: '0.0.9' }, wrk: { version: '4' } };

describe('a run cites', () => {
  test('the ceilings of its drivers in the same version, and the noise', () => {
    expect(citationOf(certificate(), MACHINE, DRIVERS, NOW)).toEqual({
      date: '2026-11-20T10:00:00.000Z',
      loadcell: '0.1.0',
      baseline: { server: 'nginx', version: '1.22.1', connections: 50 },
      noise: certificate().noise,
      drivers: {
        ab: {
          version: DRIVERS.ab.version,
          keepAlive: { perSecond: 60_000, busyCores: 0.998, busyShare: 0.99 },
          fresh: { perSecond: 20_000, busyCores: null },
        },
      },
    });
  });

  test('on the machine by another name, and as its load changes', () => {
    const renamed = { ...MACHINE, hostname: 'other', loadAverage: [3, 2, 1] as [number, number, number], bootId: 'x' };
    expect(citationOf(certificate(), renamed, DRIVERS, NOW)).not.toBeNull();
  });

  test.each([
    ['another kernel', { ...MACHINE, kernel: '6.18.1' }],
    ['another CPU', { ...MACHINE, cpu: { ...MACHINE.cpu, model: 'Other CPU' } }],
    ['fewer CPUs', { ...MACHINE, cpu: { ...MACHINE.cpu, logical: 1 } }],
    ['less memory', { ...MACHINE, memoryBytes: 4 * 1024 ** 3 }],
    ['a virtual machine', { ...MACHINE, virtualization: 'kvm' }],
  ])('nothing on %s', (_name, machine) => {
    expect(citationOf(certificate(), machine, DRIVERS, NOW)).toBeNull();
  });

  test('nothing of a smoke run, and nothing that is older than 90 days', () => {
    expect(citationOf({ ...certificate(), quick: true }, MACHINE, DRIVERS, NOW)).toBeNull();
    const day = 86_400_000;
    const date = Date.parse(certificate().date);
    expect(citationOf(certificate(), MACHINE, DRIVERS, date + 89 * day)).not.toBeNull();
    expect(citationOf(certificate(), MACHINE, DRIVERS, date + 91 * day)).toBeNull();
    expect(citationOf({ ...certificate(), date: 'yesterday' }, MACHINE, DRIVERS, NOW)).toBeNull();
  });
});

describe('the file', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'loadcell-certificate-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('is written whole, in folders that it makes, and read again', async () => {
    const path = join(folder, 'a', 'b', 'calibration.json');
    const fresh = { ...certificate(), date: new Date().toISOString() };
    await writeCertificate(localHost(), path, fresh);
    expect(await citable(localHost(), path, MACHINE, DRIVERS)).toMatchObject({ date: fresh.date });
  });

  test.each([
    ['none', null],
    ['no JSON', '{"schemaVersion": 1, "drivers": ['],
    ['another thing', 'null'],
    ['a later version', '{"schemaVersion": 2, "drivers": []}'],
    ['a half one', '{"schemaVersion": 1, "drivers": []}'],
    ['one with a driver of nothing', JSON.stringify({ ...certificate(), drivers: [{}] })],
    ['one with a rate that is none', JSON.stringify(certificate()).replace('"perSecond":20000', '"perSecond":"20000"')],
  ])('%s is nothing to cite', async (_name, text) => {
    const path = join(folder, 'calibration.json');
    if (text !== null) await writeFile(path, text);
    expect(await citable(localHost(), path, MACHINE, DRIVERS)).toBeNull();
  });

  test('that cannot be written is the user’s to mend', async () => {
    await writeFile(join(folder, 'file'), '');
    const writing = writeCertificate(localHost(), join(folder, 'file', 'calibration.json'), certificate());
    await expect(writing).rejects.toMatchObject({ name: 'UserError', exitCode: 3 });
  });

  test('lies in the state folder', () => {
    expect(certificatePath({ XDG_STATE_HOME: '/s', HOME: '/h' })).toBe('/s/loadcell/calibration.json');
    expect(certificatePath({ XDG_STATE_HOME: 's', HOME: '/h' })).toBe('/h/.local/state/loadcell/calibration.json');
    expect(certificatePath({})).toBeNull();
  });
});
