/** The loadcell driver's program: drives one load over node:net sockets. Order on stdin, report on stdout. */
import net from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { cannedBytes, rehearsalRuns, withCannedServer } from '../embedded/canned.worker.ts';
import { makeRoomForFiles } from '../embedded/open-files.worker.ts';
import type { WorkerOrder, WorkerReport } from '../embedded/protocol.ts';
import { workAsProcess } from '../embedded/worker.ts';
import { toItself } from './echo.ts';
import { runLoad } from './engine.ts';
import type { Clock, Dial } from './ports.ts';

/** Node's timers are up to 1 ms late, and an open loop must not be: the last stretch is polled. */
const SPIN_US = 3_000;
/** A step of the poll longer than this was spent on sockets, not on polling. */
const IDLE_STEP_US = 15;
const READ_BUFFER = Buffer.allocUnsafeSlow(65_536);

function realClock(): Clock {
  const now = (): number => performance.now() * 1000;
  let spun = 0;
  const at = (us: number, callback: () => void): (() => void) => {
    let timer: NodeJS.Timeout | undefined;
    let immediate: NodeJS.Immediate | undefined;
    let last = 0;
    const poll = (): void => {
      const time = now();
      if (last > 0 && time - last < IDLE_STEP_US) spun += time - last;
      last = time;
      if (time >= us) callback();
      else if (us - time > SPIN_US) timer = setTimeout(poll, Math.floor((us - time) / 1000) - 2);
      else immediate = setImmediate(poll);
    };
    poll();
    return () => {
      clearTimeout(timer);
      clearImmediate(immediate);
    };
  };
  const after = (ms: number, callback: () => void): (() => void) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  };
  let pending: (() => void)[] = [];
  const flush = (): void => {
    const callbacks = pending;
    pending = [];
    for (const callback of callbacks) callback();
  };
  const soon = (callback: () => void): void => {
    if (pending.push(callback) === 1) setImmediate(flush);
  };
  return { now, at, after, soon, spunUs: () => spun };
}

/**
 * One socket object a slot, connected again and again (net.Socket allows that once it has emitted `close`), reading into one
 * buffer that all share: a quarter more fresh connections a second than with a new object for each.
 * @param echo what is said in place of every request, where a connection leads back to itself
 */
const dialTo =
  (where: () => net.SocketConnectOpts, echo: Buffer | null = null): Dial =>
  (events) => {
    const onread: net.OnReadOpts = {
      buffer: READ_BUFFER,
      callback: (length) => {
        events.read(READ_BUFFER, length);
        return true;
      },
    };
    // A request is one write, and the next one follows its reply: only an echo, acknowledged by nobody else, waits for Nagle.
    // The types know these two only for connect(); node reads them here.
    const socket = new net.Socket({ onread, noDelay: echo !== null } as net.SocketConstructorOpts);
    socket.on('connect', () => events.opened());
    socket.on('end', () => events.ended());
    socket.on('error', (error: NodeJS.ErrnoException) => events.failed(error.code ?? error.message));
    socket.on('close', () => events.closed());
    return {
      open: () => socket.connect(where()),
      write: (bytes) => socket.write(echo ?? bytes),
      // Reset, an echo leaves no TIME_WAIT in the namespace that is about to be observed.
      close: () => (echo === null ? socket.destroy() : socket.resetAndDestroy()),
    };
  };

/** Makes the generator warm before the window. */
async function rehearse(order: WorkerOrder, most: number, dial: Dial): Promise<void> {
  for (const requests of rehearsalRuns(order, most)) {
    const stop = { kind: 'requests', requests } as const;
    const load = { ...order.load, method: 'GET', body: null, stop, connections: 4, rate: null };
    await runLoad({ ...order, load }, realClock(), dial);
  }
}

/**
 * A saturating load over kept connections wants compiled code (1.5x the requests), so it is rehearsed until that is there.
 * Elsewhere the system calls rule, and the optimising compiler, which has to share the generator's core, would only put stalls of
 * 1 to 3 ms into the latencies: it stays off.
 */
async function prepare(order: WorkerOrder): Promise<() => Promise<WorkerReport>> {
  const { keepAlive, rate, connections } = order.load;
  makeRoomForFiles(connections);
  if (keepAlive && rate === null) await rehearse(order, 2_000, dialTo(toItself(order.port), cannedBytes(order)));
  else {
    setFlagsFromString('--no-opt');
    await withCannedServer(order, 'unix', (target) =>
      rehearse(
        order,
        300,
        dialTo(() => target),
      ),
    );
  }
  const { address, port } = order;
  const target = { host: address, port, autoSelectFamily: false };
  return () =>
    runLoad(
      order,
      realClock(),
      dialTo(() => target),
    );
}

await workAsProcess(prepare);
