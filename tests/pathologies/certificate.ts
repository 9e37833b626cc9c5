import { certificate } from '../../src/calibrate/fixtures/certificate.ts';
import { identityOf } from '../../src/calibrate/identity.ts';
import { ownVersion } from '../../src/cli/own-version.ts';
import { localHost } from '../../src/host/local.ts';
import { readMachine } from '../../src/host/machine.ts';
import type { Certificate } from '../../src/model/calibration.ts';

/** Of this machine, as if one of our own generators had done no more than ten requests a second on it, with all its CPU time. */
export async function certificateFor(driver: string): Promise<Certificate> {
  const weak = { perSecond: 10, rounds: [10], busyCores: 1 };
  return {
    ...certificate(),
    date: new Date().toISOString(),
    machine: identityOf(await readMachine(localHost())),
    drivers: [{ name: driver, version: ownVersion, ceilings: { keepAlive: weak, fresh: weak }, truths: [] }],
  };
}
