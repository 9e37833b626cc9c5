/** The autocannon driver's program: autocannon in a process of its own. Order on stdin, report on stdout. */
import net from 'node:net';
import autocannon from 'autocannon';
import type { WorkerOrder, WorkerReport } from '../embedded/protocol.ts';
import { runWorker } from '../embedded/worker.ts';
import { type ClientSeen, Tally } from './tally.ts';

/** autocannon's own end, which is never to come before ours. */
const NEVER_S = 2_000_000;

/**
 * autocannon opens its connections by `net.connect`: the one place where every connection, its end and its bytes can be seen.
 * The listener for the end comes before autocannon's own, which reconnects.
 */
function watchConnections(tally: Tally): () => number {
  const sockets = new Set<net.Socket>();
  let closedBytes = 0;
  const connect = net.connect as (...args: unknown[]) => net.Socket;
  net.connect = ((...args: unknown[]) => {
    const socket = connect(...args);
    sockets.add(socket);
    socket.on('connect', () => tally.connected());
    socket.on('end', () => tally.serverClosed());
    socket.on('close', () => {
      sockets.delete(socket);
      closedBytes += socket.bytesRead;
    });
    return socket;
  }) as typeof net.connect;
  return () => closedBytes + [...sockets].reduce((sum, socket) => sum + socket.bytesRead, 0);
}

function measure({ address, port, expectedBody, load }: WorkerOrder): Promise<WorkerReport> {
  return new Promise((resolve, reject) => {
    const host = address.includes(':') ? `[${address}]` : address;
    const clients: ClientSeen[] = [];
    const end = (): void => {
      const report = tally.report(received());
      for (const client of clients) client.destroy();
      resolve(report);
    };
    const tally = new Tally(load, () => performance.now() * 1000, end);
    const received = watchConnections(tally);
    const { stop } = load;
    if (stop.kind === 'duration') setTimeout(() => tally.timeIsUp(), stop.durationMs + 1);
    const run = autocannon({
      url: `http://${host}:${port}${load.path}`,
      method: load.method as autocannon.Request['method'] & string,
      headers: load.headers,
      ...(load.body === null ? {} : { body: load.body }),
      ...(expectedBody === null ? {} : { expectBody: expectedBody }),
      connections: load.connections,
      pipelining: load.pipelining,
      ...(stop.kind === 'requests' ? { amount: stop.requests } : { duration: NEVER_S }),
      setupClient: (client) => {
        const seen = client as unknown as ClientSeen;
        clients.push(seen);
        tally.watch(seen);
      },
    } as autocannon.Options) as Promise<autocannon.Result> & autocannon.Instance;
    run.on('response', (_client, status, _bytes, milliseconds) => tally.response(status, milliseconds * 1000));
    run.catch(reject);
  });
}

await runWorker(process.stdin, (text) => process.stdout.write(text, () => process.exit(0)), measure);
