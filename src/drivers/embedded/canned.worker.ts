/**
 * The server of a rehearsal: a thread of an embedded worker's own process that answers every request with one canned reply.
 *
 * A cold generator spends milliseconds in the compiler during its first requests, and the window would show them as the
 * server's tail. So a worker first drives its load against this. The thread's code is the worker's own file.
 */
import net from 'node:net';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { WorkerOrder } from './protocol.ts';

/** Most bytes of bodies in a rehearsal's long run. */
const REHEARSED_BYTES = 32_000_000;

interface Canned {
  reply: string;
  keepAlive: boolean;
  /** null: a TCP port of 127.0.0.1. */
  path: string | null;
}

export type CannedTarget = { host: string; port: number } | { path: string };

/**
 * Starts the canned server, calls back with its address, and ends it.
 * @param over `tcp` is what the window does, and the compiler should see the same; `unix` leaves no TIME_WAIT and touches none of
 * the namespace's counters.
 */
export async function withCannedServer(
  { load, expectedBody }: WorkerOrder,
  over: 'tcp' | 'unix',
  run: (target: CannedTarget) => Promise<void>,
): Promise<void> {
  const body = expectedBody ?? 'Hello, World!\n';
  const connection = load.keepAlive ? 'keep-alive' : 'close';
  const head = `HTTP/1.1 200 OK\r\nServer: rehearsal\r\nConnection: ${connection}\r\nContent-Length: ${Buffer.byteLength(body)}`;
  const data: Canned = {
    reply: `${head}\r\n\r\n${body}`,
    keepAlive: load.keepAlive,
    path: over === 'unix' ? `\0loadcell-rehearsal-${process.pid}` : null,
  };
  const thread = new Worker(new URL(import.meta.url), { workerData: data, stdin: true });
  const port = await new Promise<number | null>((resolve) => {
    // Out of files or memory: the window is then measured without a rehearsal.
    thread.once('message', resolve).once('error', () => resolve(null));
  });
  if (port !== null) await run(data.path === null ? { host: '127.0.0.1', port } : { path: data.path });
  await thread.terminate();
}

/** Lengths of a rehearsal's runs. Short ones first: the compiler learns that there is more than one of everything. */
export function rehearsalRuns({ expectedBody }: WorkerOrder, most: number): number[] {
  const affordable = Math.floor(REHEARSED_BYTES / Math.max(1, expectedBody?.length ?? 0));
  return [20, 20, 20, 20, Math.max(20, Math.min(most, affordable))];
}

/** Serves, when this is the rehearsal's thread. @returns whether it is. */
export function servesCanned(): boolean {
  if (isMainThread) return false;
  const { reply, keepAlive, path } = workerData as Canned;
  const bytes = Buffer.from(reply);
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => (keepAlive ? socket.write(bytes) : socket.end(bytes)));
  });
  const listening = (): void => {
    const address = server.address();
    parentPort?.postMessage(typeof address === 'object' ? address?.port : 0);
  };
  if (path === null) server.listen(0, '127.0.0.1', listening);
  else server.listen(path, listening);
  return true;
}
