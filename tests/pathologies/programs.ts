import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where a program is; null where it is not installed. */
export function programPath(name: string): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}
