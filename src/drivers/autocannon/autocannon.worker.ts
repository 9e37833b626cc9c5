/** The autocannon driver's program: autocannon in a process of its own. Order on stdin, report on stdout. */
import net from 'node:net';
import type autocannon from 'autocannon';
import { rehearsalRuns, servesCanned, withCannedServer } from '../embedded/canned.worker.ts';
import { makeRoomForFiles } from '../embedded/open-files.worker.ts';
import type { WorkerOrder, WorkerReport } from '../embedded/protocol.ts';
import { workAsProcess } from '../embedded/worker.ts';
import { type ClientSeen, Tally } from './tally.ts';

/** autocannon's own end, which is never to come before ours. */
const NEVER_S = 2_000_000;
/** How often autocannon looks whether it is done, ms: in the window as seldom as it likes, we do not wait for it. */
const LOOK_MS = 1_000;

/**
 * autocannon opens its connections by `net.connect`: the one place where every connection, its end and its bytes can be seen.
 * The listener for the end comes before autocannon's own, which reconnects.
 */
function watchConnections(onOpen: () => void, onEnd: () => void): { receivedBytes: () => number; stop: () => void } {
  const sockets = new Set<net.Socket>();
  let closedBytes = 0;
  const connect = net.connect;
  net.connect = ((...args: Parameters<typeof connect>) => {
    const socket = connect(...args);
    sockets.add(socket);
    socket.on('connect', onOpen);
    socket.on('end', onEnd);
    socket.on('close', () => {
      sockets.delete(socket);
      closedBytes += socket.bytesRead;
    });
    return socket;
  }) as typeof connect;
  return {
    receivedBytes: () => closedBytes + [...sockets].reduce((sum, socket) => sum + socket.bytesRead, 0),
    stop: () => {
      net.connect = connect;
    },
  };
}

/** The package takes a while to read: a rehearsal's thread does without, and starts meanwhile. */
const loaded = async (): Promise<typeof autocannon> => (await import('autocannon')).default;

/** @param lookMs autocannon's sampling interval. Resolves when its report is there and its clients are gone. */
async function drive(order: WorkerOrder, lookMs: number): Promise<WorkerReport> {
  const { address, port, expectedBody, load } = order;
  const { stop } = load;
  const generate = await loaded();
  const host = address.includes(':') ? `[${address}]` : address;
  const clients: ClientSeen[] = [];
  let end = (): void => undefined;
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  const tally = new Tally(load, () => performance.now() * 1000, end);
  const watch = watchConnections(
    () => tally.connected(),
    () => tally.serverClosed(),
  );
  const run = generate({
    url: `http://${host}:${port}${load.path}`,
    method: load.method,
    headers: load.headers,
    ...(load.body === null ? {} : { body: load.body }),
    ...(expectedBody === null ? {} : { expectBody: expectedBody }),
    connections: load.connections,
    pipelining: load.pipelining,
    sampleInt: lookMs,
    ...(stop.kind === 'requests' ? { amount: stop.requests } : { duration: NEVER_S }),
    setupClient: (client: unknown) => {
      clients.push(client as ClientSeen);
      tally.watch(client as ClientSeen);
    },
  } as autocannon.Options) as Promise<autocannon.Result> & autocannon.Instance;
  run.on('response', (client, status, _bytes, milliseconds) => {
    tally.response(status, milliseconds * 1000);
    // It would send the next request, which the window is not to have.
    if (stop.kind === 'duration' && tally.over) (client as unknown as ClientSeen).destroy();
  });
  if (stop.kind === 'duration') setTimeout(() => tally.timeIsUp(), stop.durationMs + 1);
  await Promise.race([over, run.then(() => over)]);
  const report = tally.report(watch.receivedBytes());
  watch.stop();
  for (const client of clients) client.destroy();
  if (lookMs < LOOK_MS) await run;
  return report;
}

/** Makes autocannon warm before the window. */
async function rehearse(order: WorkerOrder): Promise<void> {
  const rehearsal = withCannedServer(order, 'tcp', async (target) => {
    if (!('port' in target)) return;
    const load = { ...order.load, method: 'GET' as const, body: null, connections: 4, pipelining: 1 };
    for (const requests of rehearsalRuns(order, 2_000)) {
      const part = {
        address: target.host,
        port: target.port,
        load: { ...load, stop: { kind: 'requests' as const, requests } },
      };
      await drive({ ...order, ...part }, 5);
    }
  });
  await loaded();
  await rehearsal;
}

async function prepare(order: WorkerOrder): Promise<() => Promise<WorkerReport>> {
  makeRoomForFiles(order.load.connections);
  await rehearse(order);
  return () => drive(order, LOOK_MS);
}

if (!servesCanned()) await workAsProcess(prepare);
