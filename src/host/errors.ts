import { HostError } from '../model/host.ts';

/** Turns whatever Node threw into a `HostError` that keeps the errno name. */
export function asHostError(cause: unknown, what: string, path?: string): HostError {
  if (cause instanceof HostError) return cause;
  const code = codeOf(cause);
  const place = path === undefined ? '' : ` ${path}`;
  return new HostError(`${what}${place}: ${code}`, code, path, { cause });
}

/** errno name of a Node system error; `EUNKNOWN` where there is none. */
export function codeOf(cause: unknown): string {
  if (typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string')
    return cause.code;
  return 'EUNKNOWN';
}

/** Runs a call to the operating system; what it rejects with becomes a `HostError`. */
export async function attempt<T>(what: string, path: string | undefined, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw asHostError(cause, what, path);
  }
}
