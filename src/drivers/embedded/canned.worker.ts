/**
 * What a rehearsal gets for a server: it answers every request with one canned reply.
 *
 * A cold generator spends milliseconds in the compiler during its first requests, and the window would show them as the
 * server's tail. So a worker first drives its load against this. Code that is to be compiled must not see a server's side of
 * the sockets, or it is compiled for both and its p99 is 0.1 ms higher: there the server is a thread of the worker's process,
 * whose code is the worker's own file. Where nothing is to be compiled it serves in the same thread, which is there 60 ms sooner.
 */
import { once } from 'node:events';
import net from 'node:net';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { WorkerOrder } from './protocol.ts';

/** Most bytes of bodies in a rehearsal's long run. */
const REHEARSED_BYTES = 32_000_000;

interface Canned {
  reply: string;
  keepAlive: boolean;
}

export type CannedTarget = { host: string; port: number } | { path: string };

/**
 * Starts the canned server, calls back with its address, and ends it and every connection to it.
 * @param over `tcp`, in a thread: what the window does, and the compiler should see the same. `unix`, in this one: leaves no
 * TIME_WAIT and touches none of the namespace's counters.
 */
export async function withCannedServer(
  order: WorkerOrder,
  over: 'tcp' | 'unix',
  run: (target: CannedTarget) => Promise<void>,
): Promise<void> {
  const canned = cannedReply(order);
  await (over === 'tcp' ? inThread(canned, run) : inSameThread(canned, run));
}

async function inThread(canned: Canned, run: (target: CannedTarget) => Promise<void>): Promise<void> {
  const thread = new Worker(new URL(import.meta.url), { workerData: canned, stdin: true });
  const port = await new Promise<number | null>((resolve) => {
    // Out of files or memory: the window is then measured without a rehearsal.
    thread.once('message', resolve).once('error', () => resolve(null));
  });
  if (port !== null) await run({ host: '127.0.0.1', port });
  await thread.terminate();
}

async function inSameThread(canned: Canned, run: (target: CannedTarget) => Promise<void>): Promise<void> {
  const sockets = new Set<net.Socket>();
  const server = cannedServer(canned).on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const path = `\0loadcell-rehearsal-${process.pid}`;
  server.listen(path);
  const listens = await once(server, 'listening').then(
    () => true,
    () => false,
  );
  if (!listens) return;
  await run({ path });
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
}

function cannedReply({ expectedBody, load: { keepAlive } }: WorkerOrder): Canned {
  const body = expectedBody ?? 'Hello, World!\n';
  const connection = keepAlive ? 'keep-alive' : 'close';
  const head = `HTTP/1.1 200 OK\r\nServer: rehearsal\r\nConnection: ${connection}\r\nContent-Length: ${Buffer.byteLength(body)}`;
  return { reply: `${head}\r\n\r\n${body}`, keepAlive };
}

/** The reply itself, for connections that lead back to themselves: what they say is what they hear, and there is no server. */
export const cannedBytes = (order: WorkerOrder): Buffer => Buffer.from(cannedReply(order).reply);

function cannedServer({ reply, keepAlive }: Canned): net.Server {
  const bytes = Buffer.from(reply);
  return net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => (keepAlive ? socket.write(bytes) : socket.end(bytes)));
  });
}

/** Lengths of a rehearsal's runs. Short ones first: the compiler learns that there is more than one of everything. */
export function rehearsalRuns({ expectedBody }: WorkerOrder, most: number): number[] {
  const affordable = Math.floor(REHEARSED_BYTES / Math.max(1, expectedBody?.length ?? 0));
  return [20, 20, 20, 20, Math.max(20, Math.min(most, affordable))];
}

/** Serves, when this is the rehearsal's thread. @returns whether it is. */
export function servesCanned(): boolean {
  if (isMainThread) return false;
  const server = cannedServer(workerData as Canned);
  server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as net.AddressInfo).port));
  return true;
}
