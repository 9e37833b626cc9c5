/** What the sysctl worker is told (JSON in its second argument). */
export interface SysctlJob {
  /** Written only where the value found differs: the host's own values. */
  copy: SysctlWrite[];
  /** Written as asked, after `copy`. */
  set: SysctlWrite[];
}

export interface SysctlWrite {
  path: string;
  value: string;
}

/** What became of one write. `code`: errno name of the failure, `EPERM` for a path outside /proc/sys/net; null = none. */
export interface SysctlDone {
  path: string;
  asked: string;
  before: string | null;
  after: string | null;
  code: string | null;
}

export interface SysctlReport {
  copy: SysctlDone[];
  set: SysctlDone[];
}

/** The kernel separates the numbers of a tuple by tabs, and people by spaces. */
export const normalise = (value: string): string => value.trim().split(/\s+/).join(' ');
