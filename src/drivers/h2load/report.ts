import { labelled } from '../external/lines.ts';
import { unreadable } from '../external/outcome.ts';

/** What h2load prints on stdout, as it means it. */
export interface H2loadReport {
  /** `http/1.1` or `h2c`; null when no connection was made. */
  protocol: string | null;
  /** Its life by the steady clock, µs: from the threads' start to the last one's end, as precise as it prints it. */
  lifeUs: number;
  /** Complete replies for each second of the window; with -D of the asked duration. */
  perSecond: number;
  total: number;
  started: number;
  /** Complete replies and failed streams. */
  done: number;
  /** Lost, and never sent because their connection was given up. */
  errored: number;
  timedOut: number;
  /** Bytes read, without those that a connection closed upon (0 over fresh connections). */
  received: number;
  bodies: number;
}

const UNITS: Readonly<Record<string, number>> = { us: 1, ms: 1_000, s: 1_000_000 };

/** @throws DriverError `output-unreadable` */
export function readReport(stdout: string): H2loadReport {
  const finished = /^finished in ([\d.]+)(us|ms|s), ([\d.]+) req\/s, /m.exec(stdout);
  const requests = labelled(stdout, 'requests') ?? '';
  const traffic = labelled(stdout, 'traffic') ?? '';
  if (!finished) throw unreadable('h2load', 'no line "finished in"');
  const count = (what: string): number => numberBefore(requests, new RegExp(`(\\d+) ${what}\\b`), what);
  return {
    protocol: labelled(stdout, 'Application protocol'),
    lifeUs: Number(finished[1]) * (UNITS[finished[2] as string] as number),
    perSecond: Number(finished[3]),
    total: count('total'),
    started: count('started'),
    done: count('done'),
    errored: count('errored'),
    timedOut: count('timeout'),
    received: numberBefore(traffic, /\((\d+)\) total/, 'traffic'),
    bodies: numberBefore(traffic, /\((\d+)\) data/, 'traffic'),
  };
}

function numberBefore(text: string, pattern: RegExp, what: string): number {
  const found = pattern.exec(text);
  if (!found) throw unreadable('h2load', `no "${what}"`);
  return Number(found[1]);
}
