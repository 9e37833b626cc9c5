import type { MeasuredTrial } from '../measured-trial.ts';
import { doubt, share, type TrialCheck } from './check.ts';

/** Of the port range. */
const NEAR = 0.9;
/** Of the requests. */
export const INVALID = 0.01;
/** errno's name, or the C library's words for it as Go and Rust have them. */
export const NO_PORT = /EADDRNOTAVAIL|cannot assign requested address/i;
const KEY = 'net.ipv4.ip_local_port_range';
const DEFAULT_RANGE = '32768 60999';

export const portsExhausted: TrialCheck = {
  code: 'ports-exhausted',
  reveals:
    'Every connection of a client takes a local port, and keeps it in TIME_WAIT for a minute after it closed. When all are taken connections fail with EADDRNOTAVAIL (suspect, invalid from 1% of the requests). With TIME_WAIT sockets for 90% of the range it is near (a note: `tcp_tw_reuse` may well keep it from happening).',
  source: 'Documentation/networking/ip-sysctl.rst, ip_local_port_range and tcp_tw_reuse; `/proc/net/sockstat`.',
  check(trial) {
    const { measurement, observation, cell } = trial;
    const failed = named(measurement.notes, NO_PORT) ? measurement.errors.resource : 0;
    const ports = portsOf(trial);
    const timeWait = observation?.sockets?.timeWaitMax ?? null;
    const evidence = { errors: failed, timeWaitMax: timeWait, ports };
    const nextStep = `Widen ${KEY}, set net.ipv4.tcp_tw_reuse to 1, keep connections open, or use shorter windows.`;
    if (failed > 0) {
      const severity = share(failed, measurement.requests.completed) >= INVALID ? 'invalid' : 'suspect';
      return doubt(severity, 'The generator ran out of local ports: connections failed.', evidence, nextStep);
    }
    if (cell.load.keepAlive || timeWait === null || timeWait < NEAR * ports) return null;
    return doubt('note', 'TIME_WAIT sockets nearly filled the range of local ports.', evidence, nextStep);
  },
};

/** Whether the driver's own words name one of these errors. */
export const named = (notes: readonly string[], pattern: RegExp): boolean => notes.some((note) => pattern.test(note));

/** Size of the range of local ports that was in force. */
export function portsOf({ record }: MeasuredTrial): number {
  const set = record.proofs.find((proof) => proof.setting === `sysctl.${KEY}`)?.during;
  const range = set ?? record.stage?.copied[KEY] ?? DEFAULT_RANGE;
  const [low, high] = range.trim().split(/\s+/).map(Number);
  const size = (high ?? Number.NaN) - (low ?? Number.NaN) + 1;
  return size > 0 ? size : 28_232;
}
