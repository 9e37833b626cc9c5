import { type Host, HostError } from '../model/host.ts';

/** The trimmed text of a file; null where it is not there, not readable, or empty. */
export type ReadOrNull = (path: string) => Promise<string | null>;

export function reader(host: Host): ReadOrNull {
  return async (path) => {
    try {
      const text = (await host.readText(path)).trim();
      return text === '' ? null : text;
    } catch (error) {
      // Kernels and sandboxes refuse in many ways (ENODEV, EIO, EINVAL ...): each of them means "not readable".
      if (error instanceof HostError) return null;
      throw error;
    }
  };
}
