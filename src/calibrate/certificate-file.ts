import { isAbsolute, join } from 'node:path';
import type { Ceiling, Certificate, CitedCalibration, CitedCeiling } from '../model/calibration.ts';
import type { Host } from '../model/host.ts';
import type { MachineFacts } from '../model/machine.ts';
import { cannotWrite } from '../results/run-folder.ts';
import { identityOf } from './identity.ts';

/** A certificate is of the machine as it was: after this long it is not cited any more. */
const HOLDS_MS = 90 * 86_400_000;

/**
 * `$XDG_STATE_HOME/loadcell/calibration.json`, else under `~/.local/state`; null where there is neither. A relative XDG
 * path is ignored, as its specification says.
 */
export function certificatePath({
  XDG_STATE_HOME: xdg,
  HOME: home,
}: Readonly<Record<string, string | undefined>>): string | null {
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, 'loadcell', 'calibration.json');
  if (home !== undefined && isAbsolute(home)) return join(home, '.local', 'state', 'loadcell', 'calibration.json');
  return null;
}

export async function writeCertificate(host: Host, path: string, certificate: Certificate): Promise<void> {
  try {
    await host.makeFolder(join(path, '..'));
    await host.writeDurable(path, `${JSON.stringify(certificate, null, 2)}\n`);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/**
 * What a run on this machine may cite: null when there is no certificate, when it cannot be read, or when it is of another
 * machine or kernel, a smoke run's, or too old. Of the drivers only those in the version that the run uses.
 */
export async function citable(
  host: Host,
  path: string,
  machine: MachineFacts,
  drivers: Readonly<Record<string, { version: string }>>,
): Promise<CitedCalibration | null> {
  const text = await host.readText(path).catch(() => null);
  const certificate = text === null ? null : parsed(text);
  return certificate === null ? null : citationOf(certificate, machine, drivers, host.now());
}

function parsed(text: string): Certificate | null {
  try {
    const value = JSON.parse(text) as Partial<Certificate> | null;
    return value?.schemaVersion === 1 && Array.isArray(value.drivers) ? (value as Certificate) : null;
  } catch {
    return null;
  }
}

export function citationOf(
  certificate: Certificate,
  machine: MachineFacts,
  drivers: Readonly<Record<string, { version: string }>>,
  nowMs: number,
): CitedCalibration | null {
  const ageMs = nowMs - Date.parse(certificate.date);
  if (certificate.quick || !(ageMs < HOLDS_MS)) return null;
  if (certificate.machine.fingerprint !== identityOf(machine).fingerprint) return null;
  const { date, loadcell, baseline, noise } = certificate;
  const same = certificate.drivers.filter(({ name, version }) => drivers[name]?.version === version);
  return {
    date,
    loadcell,
    baseline,
    noise,
    drivers: Object.fromEntries(
      same.map(({ name, version, ceilings }) => [
        name,
        { version, keepAlive: cited(ceilings.keepAlive), fresh: cited(ceilings.fresh) },
      ]),
    ),
  };
}

const cited = (ceiling: Ceiling): CitedCeiling | null =>
  ceiling.perSecond === null ? null : { perSecond: ceiling.perSecond, busyCores: ceiling.busyCores };
