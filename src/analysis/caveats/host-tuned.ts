import { type CellCheck, doubt } from './check.ts';

/** Says who may bind, not how connections fare. */
const HARMLESS = new Set(['net.ipv4.ip_unprivileged_port_start']);

export const hostTuned: CellCheck = {
  code: 'host-tuned',
  reveals:
    'The host’s own network settings are not the kernel’s defaults. A fresh namespace does not inherit them; they were copied in, so that the cell looks like this host: another machine may give another number under the same experiment.',
  source: 'Values read on the host and found different in a fresh network namespace.',
  check({ trials }) {
    const copied = Object.entries(trials[0]?.record.stage?.copied ?? {}).filter(([key]) => !HARMLESS.has(key));
    if (copied.length === 0) return null;
    return doubt(
      'note',
      'The host’s own network settings differ from the kernel’s defaults, and held in the trials.',
      Object.fromEntries(copied),
      'Declare them under sysctl where they matter, so that the experiment says so.',
    );
  },
};
