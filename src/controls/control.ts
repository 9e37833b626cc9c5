import type { Problem } from '../model/errors.ts';
import type { MachineFacts } from '../model/machine.ts';
import type { Role, Settings, Tweak, Wrap } from '../model/plan.ts';

/** One kind of setting. Pure: it says what to write and what to put before a command, and what cannot be. */
export interface Control {
  /** Its key in an experiment's `controls`. */
  name: string;
  /** One sentence for the reference. */
  summary: string;
  /** What noise it takes out of a measurement, what it shows, and where it misleads (Markdown). */
  noise: string;
  /** Whose processes it changes; empty = nobody's: it is the namespace's or the machine's. */
  roles: readonly Role[];
  /** Manual page or kernel documentation. */
  source: string;
  /** Writes under /proc/sys and /sys, in the order in which they are to be done. */
  tweaks?(settings: Settings, facts: MachineFacts): Tweak[];
  /** Command prefixes of one role, outermost first. */
  wraps?(settings: Settings, role: Role): Wrap[];
  /** What is wrong with the settings themselves, or cannot be on this machine. Each `where` is the setting's name. */
  check(settings: Settings, facts: MachineFacts): Problem[];
}

export const ROLES: readonly Role[] = ['server', 'generator'];

/** A write that is the whole machine's. */
export const machineTweak = (control: string, setting: string, path: string, value: string): Tweak => ({
  path,
  value,
  control,
  setting,
  scope: 'machine',
  optional: false,
});

export const grouped = (value: number): string => value.toLocaleString('en');
