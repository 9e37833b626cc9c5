import { posix } from 'node:path';
import { type Host, HostError } from '../model/host.ts';

const MOST_LINKS = 40;

/** A path as it may be changed: absolute, normal, under /proc/sys or /sys. Says nothing of links in it. */
export function isKernelPath(path: string): boolean {
  return (
    /^\/(proc\/sys|sys)\/./.test(path) &&
    path.length < 4096 &&
    !path.endsWith('/') &&
    !path.includes('\0') &&
    posix.normalize(path) === path
  );
}

/** The file itself, links followed (/sys is full of them). Rejects with EXDEV for one outside of /proc/sys and /sys. */
export async function kernelFile(host: Host, path: string): Promise<string> {
  if (!isKernelPath(path)) throw outside(path);
  let parts = path.slice(1).split('/');
  let at = '';
  let kind = 'folder';
  for (let links = 0; parts.length > 0; ) {
    const next = `${at}/${parts[0]}`;
    ({ kind } = await host.stat(next));
    parts = parts.slice(1);
    if (kind !== 'link') {
      at = next;
      continue;
    }
    links += 1;
    if (links > MOST_LINKS) throw new HostError(`${path} leads in a circle`, 'ELOOP', path);
    const target = posix.resolve(at === '' ? '/' : at, await host.readLink(next));
    parts = [...target.split('/').filter(Boolean), ...parts];
    at = '';
  }
  if (!isKernelPath(at)) throw outside(path);
  if (kind !== 'file') throw new HostError(`${path} is not a file`, 'EISDIR', path);
  return at;
}

const outside = (path: string): HostError => new HostError(`${path} is not under /proc/sys or /sys`, 'EXDEV', path);

/** A value as it is written back: without the last line break, and of a choice (`always [madvise] never`) the chosen one. */
export async function readKernel(host: Host, file: string): Promise<string> {
  const text = (await host.readText(file)).replace(/\n$/, '');
  const chosen = file.startsWith('/sys/') ? /^(?:\S+ )*\[(\S+)\](?: \S+)*\s*$/.exec(text)?.[1] : undefined;
  return chosen ?? text;
}

/** Writes a value. An empty write does nothing: an empty list is a line break. */
export const writeKernel = (host: Host, file: string, value: string): Promise<void> =>
  host.writeKernel(file, value.trim() === '' ? '\n' : value);
