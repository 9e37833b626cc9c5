/**
 * The server of a rehearsal, in an embedded worker's own process: it answers every request with one canned reply.
 *
 * A cold generator spends milliseconds in the compiler during its first requests, and the window would show them as the
 * server's tail. So a worker first drives its load against this.
 */
import { once } from 'node:events';
import net from 'node:net';
import type { WorkerOrder } from './protocol.ts';

/** Most bytes of bodies in a rehearsal's long run. */
const REHEARSED_BYTES = 32_000_000;

export type CannedTarget = { host: string; port: number } | { path: string };

/**
 * Starts the canned server, calls back with its address, and ends it and every connection to it.
 * @param over `tcp` is what the window does, and the compiler should see the same; `unix` leaves no TIME_WAIT and touches none of
 * the namespace's counters.
 */
export async function withCannedServer(
  { load, expectedBody }: WorkerOrder,
  over: 'tcp' | 'unix',
  run: (target: CannedTarget) => Promise<void>,
): Promise<void> {
  const reply = cannedReply(expectedBody ?? 'Hello, World!\n', load.keepAlive);
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    socket.on('data', () => (load.keepAlive ? socket.write(reply) : socket.end(reply)));
  });
  const path = `\0loadcell-rehearsal-${process.pid}`;
  if (over === 'unix') server.listen(path);
  else server.listen(0, '127.0.0.1');
  // Out of files or memory: the window is then measured without a rehearsal.
  const listens = await once(server, 'listening').then(
    () => true,
    () => false,
  );
  if (!listens) return;
  const address = server.address();
  await run(typeof address === 'object' && address !== null ? { host: '127.0.0.1', port: address.port } : { path });
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
}

function cannedReply(body: string, keepAlive: boolean): Buffer {
  const connection = keepAlive ? 'keep-alive' : 'close';
  const head = `HTTP/1.1 200 OK\r\nServer: rehearsal\r\nConnection: ${connection}\r\nContent-Length: ${Buffer.byteLength(body)}`;
  return Buffer.from(`${head}\r\n\r\n${body}`);
}

/** Lengths of a rehearsal's runs. Short ones first: the compiler learns that there is more than one of everything. */
export function rehearsalRuns({ expectedBody }: WorkerOrder, most: number): number[] {
  const affordable = Math.floor(REHEARSED_BYTES / Math.max(1, expectedBody?.length ?? 0));
  return [20, 20, 20, 20, Math.max(20, Math.min(most, affordable))];
}
