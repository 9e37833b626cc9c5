import { randomBytes } from 'node:crypto';
import { constants, lstatSync, readdirSync, readFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Host, HostError } from '../model/host.ts';
import { attempt, codeOf } from './errors.ts';

type FileMethods = Pick<
  Host,
  | 'readText'
  | 'readTail'
  | 'canWrite'
  | 'writeKernel'
  | 'writeText'
  | 'writeDurable'
  | 'appendDurable'
  | 'exists'
  | 'list'
  | 'readLink'
  | 'stat'
  | 'makeFolder'
  | 'makeTemporaryFolder'
  | 'remove'
  | 'link'
>;

/** The file half of the local host. */
export function localFiles(): FileMethods {
  return {
    readText: (file) => attempt('cannot read', file, () => readText(file)),
    readTail: (file, bytes) => attempt('cannot read', file, () => readTail(file, bytes)),
    canWrite: (file) =>
      fs.access(file, constants.W_OK).then(
        () => true,
        () => false,
      ),
    writeKernel: (file, value) => attempt('cannot write', file, () => writeKernel(file, value)),
    writeText: (file, text, mode = 0o644) => attempt('cannot write', file, () => fs.writeFile(file, text, { mode })),
    writeDurable: (file, text, mode = 0o644) => attempt('cannot write', file, () => writeDurable(file, text, mode)),
    appendDurable: (file, text) => attempt('cannot append to', file, () => appendDurable(file, text)),
    exists: (file) => exists(file),
    list: (folder) => attempt('cannot list', folder, () => list(folder)),
    readLink: (file) => attempt('cannot read the link', file, () => fs.readlink(file)),
    stat: (file) => attempt('cannot look at', file, () => stat(file)),
    makeFolder: (folder, mode = 0o755) =>
      attempt('cannot make the folder', folder, async () => {
        await fs.mkdir(folder, { recursive: true, mode });
      }),
    makeTemporaryFolder: (prefix) =>
      attempt('cannot make a temporary folder', prefix, () => fs.mkdtemp(path.join(os.tmpdir(), prefix))),
    remove: (file) => attempt('cannot remove', file, () => fs.rm(file, { recursive: true, force: true })),
    link: (target, file) => attempt('cannot link', file, () => link(target, file)),
  };
}

/**
 * What the kernel makes up of its memory is there at once: read in place, it costs a fifth of the CPU time that the way
 * through the thread pool does, and the runner must not take the measured CPUs. Not what waits for another process's lock.
 */
const IN_MEMORY = /^\/proc\/(?!.*\/(cmdline|environ|maps|smaps|mem)$)/;

const readText = async (file: string): Promise<string> =>
  IN_MEMORY.test(file) ? readFileSync(file, 'utf8') : fs.readFile(file, 'utf8');

const list = async (folder: string): Promise<string[]> =>
  IN_MEMORY.test(folder) ? readdirSync(folder) : fs.readdir(folder);

/** A cut through a character leaves no half of it: continuation bytes at the start are dropped. */
async function readTail(file: string, bytes: number): Promise<string> {
  const handle = await fs.open(file, 'r');
  try {
    const { size } = await handle.stat();
    const from = Math.max(0, size - bytes);
    const buffer = Buffer.alloc(size - from);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
    let start = 0;
    if (from > 0) while (start < Math.min(3, bytesRead) && ((buffer[start] ?? 0) & 0xc0) === 0x80) start += 1;
    return buffer.toString('utf8', start, bytesRead);
  } finally {
    await handle.close();
  }
}

/** O_WRONLY and one write(2): sysctl handlers parse each write by itself, and O_TRUNC or O_CREAT mean nothing to them. */
async function writeKernel(file: string, value: string): Promise<void> {
  const handle = await fs.open(file, constants.O_WRONLY);
  try {
    const bytes = Buffer.from(value, 'utf8');
    const { bytesWritten } = await handle.write(bytes);
    if (bytesWritten !== bytes.length) throw new HostError(`cannot write ${file}: only a part was taken`, 'EIO', file);
  } finally {
    await handle.close();
  }
}

/** A name beside `file` that nobody can have planted: O_EXCL refuses one that is there already. */
const beside = (file: string): string =>
  path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`);

async function writeDurable(file: string, text: string, mode: number): Promise<void> {
  const temporary = beside(file);
  try {
    const handle = await fs.open(temporary, 'wx', mode);
    try {
      await handle.writeFile(text, 'utf8');
      await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.rename(temporary, file);
  } catch (cause) {
    await fs.rm(temporary, { force: true });
    throw cause;
  }
  await syncFolder(path.dirname(file));
}

async function appendDurable(file: string, text: string): Promise<void> {
  const isNew = !(await exists(file));
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW } = constants;
  const handle = await fs.open(file, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o644);
  try {
    const { size } = await handle.stat();
    try {
      await handle.writeFile(text, 'utf8');
      await handle.sync();
    } catch (cause) {
      // A full disk takes the first part of a line: cut it off, so that what was there before stays whole.
      await handle.truncate(size).catch(() => undefined);
      throw cause;
    }
  } finally {
    await handle.close();
  }
  if (isNew) await syncFolder(path.dirname(file));
}

/** A rename or a new name is on disk only when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await fs.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Whether the name is there (a dangling link counts). What cannot be looked at because of permissions rejects. */
async function exists(file: string): Promise<boolean> {
  try {
    await fs.lstat(file);
    return true;
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT' || codeOf(cause) === 'ENOTDIR') return false;
    return attempt('cannot look at', file, () => Promise.reject(cause));
  }
}

async function stat(file: string): ReturnType<Host['stat']> {
  const found = IN_MEMORY.test(file) ? lstatSync(file) : await fs.lstat(file);
  const kind = found.isFile() ? 'file' : found.isDirectory() ? 'folder' : found.isSymbolicLink() ? 'link' : 'other';
  return { uid: found.uid, mode: found.mode & 0o7777, kind, size: found.size };
}

async function link(target: string, file: string): Promise<void> {
  const temporary = beside(file);
  await fs.symlink(target, temporary);
  try {
    await fs.rename(temporary, file);
  } catch (cause) {
    await fs.rm(temporary, { force: true });
    throw cause;
  }
}
