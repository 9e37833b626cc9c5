import type { ErrorCounts } from '../../model/measurement.ts';

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
