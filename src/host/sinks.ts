import type { FileHandle } from 'node:fs/promises';
import fs from 'node:fs/promises';
import type { Sink } from '../model/host.ts';
import { Collector } from './collector.ts';

/** Bytes kept of a collected stream unless the caller says otherwise. */
const COLLECT_LIMIT = 16 * 1024 * 1024;
/** Bytes kept in a file sink unless the caller says otherwise. */
const FILE_LIMIT = 64 * 1024 * 1024;
/** How often the size of a file sink is looked at. */
const LOOK_MS = 250;

/** One output stream of a child: what goes into `stdio`, and who holds what came. */
export interface OpenSink {
  stdio: 'ignore' | 'pipe' | number;
  collector: Collector | null;
  /** Stops watching and lets the file go. Idempotent. */
  close(): Promise<void>;
}

/**
 * A file sink is the child's own descriptor: what a server logs in the window costs the runner nothing. Its size is
 * looked at four times a second and cut back to the limit, so the disk holds at most the limit and a quarter second.
 */
export async function openSink(sink: Sink | undefined): Promise<OpenSink> {
  if (sink === undefined || sink === 'ignore') {
    return { stdio: 'ignore', collector: null, close: async () => undefined };
  }
  if ('collect' in sink) {
    return { stdio: 'pipe', collector: new Collector(sink.limitBytes ?? COLLECT_LIMIT), close: async () => undefined };
  }
  const handle = await fs.open(sink.file, 'a', 0o644);
  return { stdio: handle.fd, collector: null, close: watch(handle, sink.limitBytes ?? FILE_LIMIT) };
}

function watch(handle: FileHandle, limit: number): () => Promise<void> {
  let closed = false;
  let looking: Promise<void> = Promise.resolve();
  const look = async (): Promise<void> => {
    const { size } = await handle.stat();
    // The child writes with O_APPEND, so that cutting leaves no hole.
    if (size > limit) await handle.truncate(limit);
  };
  const timer = setInterval(() => {
    looking = looking.then(look).catch(() => undefined);
  }, LOOK_MS);
  timer.unref();
  return async () => {
    if (closed) return;
    closed = true;
    clearInterval(timer);
    await looking;
    await look().catch(() => undefined);
    await handle.close();
  };
}
