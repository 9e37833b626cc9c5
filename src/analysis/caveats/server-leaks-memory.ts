import { doubt, type TrialCheck } from './check.ts';

const MIB = 1024 ** 2;
/** What a run-time's heap takes when it gets to work: Node and the JVM grow by tens of MiB before they collect. */
const HEAP = 64 * MIB;
/** Buffers and state of a connection, generously. */
const EACH_CONNECTION = 256 * 1024;

export const serverLeaksMemory: TrialCheck = {
  code: 'server-leaks-memory',
  reveals:
    'The server’s resident memory grew in the window by more than half, by more than a heap that gets to work (64 MiB) and its connections (256 KiB each) explain, and was still at its highest at the end. A note: one window cannot tell a leak from a cache.',
  source: 'VmRSS of the server’s tree before and after the window (`/proc/PID/status`).',
  check({ observation, cell, measurement }) {
    const before = observation?.server?.rssBytesBefore ?? null;
    const after = observation?.server?.rssBytesAfter ?? null;
    if (before === null || after === null) return null;
    const growth = after - before;
    const highest = observation?.server?.rssBytesMax ?? after;
    if (growth <= HEAP + EACH_CONNECTION * cell.load.connections || growth <= before / 2 || after < 0.95 * highest)
      return null;
    return doubt(
      'note',
      'The server’s memory grew through the window and had not come to rest at its end.',
      { before, after, bytesPerRequest: growth / Math.max(1, measurement.requests.completed) },
      'Measure longer windows: a leak goes on, a cache fills up.',
    );
  },
};
