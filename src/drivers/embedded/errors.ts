import type { ErrorCounts } from '../../model/measurement.ts';
import type { Load } from '../../model/plan.ts';

export type ErrorKind = keyof ErrorCounts;

const RESOURCE = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM']);
const RESET = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);
const CONNECT = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EACCES', 'EPERM', 'ENETDOWN', 'EHOSTDOWN']);

/**
 * The kind of a failed request by the errno of its socket.
 * @param connected whether the connection was established when it failed: a reset before that is a failed connect.
 */
export function errorKind(code: string, connected: boolean): ErrorKind {
  if (RESOURCE.has(code)) return 'resource';
  if (code === 'ETIMEDOUT') return 'timeout';
  if (RESET.has(code)) return connected ? 'reset' : 'connect';
  if (CONNECT.has(code)) return 'connect';
  return 'other';
}

/**
 * Whether a server is to be given up: it failed every connection several times over, or it has been silent for two timeouts.
 * Without it a load of many requests against a dead server would take a timeout for each of them.
 * @param silentUs since the last complete reply
 */
export function isHopeless(load: Load, failuresInARow: number, silentUs: number): boolean {
  if (failuresInARow >= 3 * load.connections + 30) return true;
  return failuresInARow >= 5 && silentUs >= 2_000 * load.timeoutMs;
}
