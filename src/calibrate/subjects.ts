import type { DriverCertificate } from '../model/calibration.ts';
import type { Driver } from '../model/driver.ts';
import type { Kind } from './ceilings.ts';
import type { Subject } from './pairs.ts';

/**
 * The generators that pairs are made with: of external and of embedded ones the strongest over kept connections and the
 * strongest over fresh ones, that can load the baseline at all.
 */
export function subjectsOf(drivers: readonly Driver[], able: (driver: Driver, kind: Kind) => boolean): Subject[] {
  const kinds: readonly Kind[] = ['keepAlive', 'fresh'];
  return kinds.flatMap((kind) =>
    (['external', 'embedded'] as const).flatMap((sort) => {
      const [best] = drivers
        .filter((driver) => driver.kind === sort && able(driver, kind))
        .toSorted((a, b) => b.strength[kind] - a.strength[kind]);
      return best === undefined ? [] : [{ driver: best.name, kind }];
    }),
  );
}

/** The strongest measured, for what needs one generator: the first subject of each kind. */
export function firstOfEach(subjects: readonly Subject[]): Subject[] {
  return (['keepAlive', 'fresh'] as const).flatMap((kind) => subjects.find((one) => one.kind === kind) ?? []);
}

/** Ratio of two drivers' ceilings over fresh connections, round by round: both stand in the same interleaved rounds. */
export function freshRatio(drivers: readonly DriverCertificate[], of: string, to: string): number[] {
  const rounds = (name: string): number[] => {
    const fresh = drivers.find((driver) => driver.name === name)?.ceilings.fresh;
    return fresh === undefined || fresh.perSecond === null ? [] : fresh.rounds;
  };
  const [ours, theirs] = [rounds(of), rounds(to)];
  return ours.slice(0, theirs.length).map((rate, i) => rate / (theirs[i] as number));
}
