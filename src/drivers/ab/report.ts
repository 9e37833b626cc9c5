import type { PhaseRow } from '../../model/measurement.ts';
import { labelled, labelledNumber } from '../external/lines.ts';
import { unreadable } from '../external/outcome.ts';

/** What ab prints on stdout, as it means it: "complete" counts replies, resets and connections closed without a word alike. */
export interface AbReport {
  serverSoftware: string | null;
  /** Body bytes of the first reply; null with `-l`. */
  documentLength: number | null;
  complete: number;
  failed: { connect: number; receive: number; length: number; exceptions: number };
  writeErrors: number;
  non2xx: number;
  /** null without `-k`. */
  keepAlive: number | null;
  transferred: number;
  bodies: number;
  /** As precise as the printed figures allow. */
  windowUs: number;
  rows: Record<'Connect' | 'Processing' | 'Waiting', PhaseRow | null>;
}

/** @throws DriverError `output-unreadable` */
export function readReport(stdout: string): AbReport {
  const number = (label: string): number | null => labelledNumber(stdout, label);
  const need = (label: string): number => {
    const value = number(label);
    if (value === null) throw unreadable('ab', `no line "${label}:"`);
    return value;
  };
  const complete = need('Complete requests');
  const software = labelled(stdout, 'Server Software');
  return {
    serverSoftware: software === '' ? null : software,
    documentLength: number('Document Length'),
    complete,
    failed: readFailed(stdout),
    writeErrors: number('Write errors') ?? 0,
    non2xx: number('Non-2xx responses') ?? 0,
    keepAlive: number('Keep-Alive requests'),
    transferred: need('Total transferred'),
    bodies: need('HTML transferred'),
    windowUs: preciseWindow(complete, need('Time taken for tests'), number('Requests per second'), acrossMs(stdout)),
    rows: {
      Connect: readRow(stdout, 'Connect'),
      Processing: readRow(stdout, 'Processing'),
      Waiting: readRow(stdout, 'Waiting'),
    },
  };
}

function readFailed(stdout: string): AbReport['failed'] {
  const found = /^ {3}\(Connect: (\d+), Receive: (\d+), Length: (\d+), Exceptions: (\d+)\)$/m.exec(stdout);
  const [connect = 0, receive = 0, length = 0, exceptions = 0] = (found ?? []).slice(1).map(Number);
  return { connect, receive, length, exceptions };
}

const acrossMs = (stdout: string): number | null => {
  const found = /^Time per request:\s+([\d.]+) \[ms\] \(mean, across all concurrent requests\)$/m.exec(stdout);
  return found ? Number(found[1]) : null;
};

/**
 * ab prints the time with 3 decimals (10 ms: 5% off) but also n / T with 2 and T / n with 3. The one with the smallest
 * relative rounding error gives T.
 */
function preciseWindow(complete: number, seconds: number, perSecond: number | null, eachMs: number | null): number {
  const ways: [us: number, error: number][] = [[seconds * 1e6, 0.0005 / seconds]];
  if (perSecond) ways.push([(complete / perSecond) * 1e6, 0.005 / perSecond]);
  if (eachMs) ways.push([complete * eachMs * 1000, 0.0005 / eachMs]);
  const best = ways.filter(([us]) => us > 0).sort((a, b) => a[1] - b[1])[0];
  return best?.[0] ?? 0;
}

/** A row of "Connection Times": whole ms, the deviation in tenths. */
function readRow(stdout: string, label: string): PhaseRow | null {
  const found = new RegExp(`^${label}:\\s+(\\d+)\\s+(\\d+)\\s+([\\d.]+)\\s+(\\d+)\\s+(\\d+)$`, 'm').exec(stdout);
  if (!found) return null;
  const [minUs, meanUs, sdUs, medianUs, maxUs] = found.slice(1).map((ms) => Number(ms) * 1000) as [
    number,
    number,
    number,
    number,
    number,
  ];
  return { minUs, meanUs, sdUs, medianUs, maxUs };
}
