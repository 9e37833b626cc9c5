import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import type { Certificate, CitedCalibration, CitedCeiling } from '../model/calibration.ts';
import type { Host } from '../model/host.ts';
import type { MachineFacts } from '../model/machine.ts';
import { baselineSchema, ceilingSchema, noiseSchema } from '../results/calibration-schema.ts';
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

const ceiling = z.union([ceilingSchema, z.object({ perSecond: z.null() })]);
const byKind = z.object({ keepAlive: ceiling, fresh: ceiling });

/** What of a certificate is cited; the rest may be anything. */
const citableParts = z.object({
  schemaVersion: z.literal(1),
  date: z.iso.datetime(),
  loadcell: z.string(),
  quick: z.boolean(),
  machine: z.object({ fingerprint: z.string() }),
  baseline: baselineSchema,
  noise: noiseSchema,
  drivers: z.array(z.object({ name: z.string(), version: z.string(), ceilings: byKind })),
});
type CitableParts = z.output<typeof citableParts>;

function parsed(text: string): CitableParts | null {
  try {
    return citableParts.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

export function citationOf(
  certificate: CitableParts,
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

const cited = (ceiling: CitedCeiling | { perSecond: null }): CitedCeiling | null =>
  ceiling.perSecond === null
    ? null
    : {
        perSecond: ceiling.perSecond,
        busyCores: ceiling.busyCores,
        ...(ceiling.busyShare === undefined ? {} : { busyShare: ceiling.busyShare }),
      };
