/** The loadcell driver's program: drives one load over node:net sockets. Order on stdin, report on stdout. */
import net from 'node:net';
import { runWorker } from '../embedded/worker.ts';
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
  return { now, at, after, spunUs: () => spun };
}

/**
 * One socket object a slot, connected again and again (net.Socket allows that once it has emitted `close`), reading into one
 * buffer that all share: a quarter more fresh connections a second than with a new object for each.
 */
const dialTo =
  (host: string, port: number): Dial =>
  (events) => {
    const onread: net.OnReadOpts = {
      buffer: READ_BUFFER,
      callback: (length) => {
        events.read(READ_BUFFER, length);
        return true;
      },
    };
    // The types know `onread` only for connect(); node reads it here.
    const socket = new net.Socket({ onread } as net.SocketConstructorOpts);
    socket.on('connect', () => events.opened());
    socket.on('end', () => events.ended());
    socket.on('error', (error: NodeJS.ErrnoException) => events.failed(error.code ?? error.message));
    socket.on('close', () => events.closed());
    return {
      // noDelay is not needed: a request is one write, and the next one follows its reply.
      open: () => socket.connect({ host, port, autoSelectFamily: false }),
      write: (bytes) => socket.write(bytes),
      close: () => socket.destroy(),
    };
  };

await runWorker(
  process.stdin,
  (text) => process.stdout.write(text, () => process.exit(0)),
  (order) => runLoad(order, realClock(), dialTo(order.address, order.port)),
);
