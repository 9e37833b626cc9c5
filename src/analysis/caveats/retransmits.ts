import { doubt, share, type TrialCheck } from './check.ts';
import { bothCounters, isShaped } from './counters.ts';

/**
 * Of the segments sent. Loopback loses nothing, but a tail-loss probe fires when a CPU is late: 0.11% were measured
 * against a plain server on two CPUs with a load average of 20.
 */
const SOME = 0.001;
const MANY = 0.01;
const LEAST = 10;

export const retransmits: TrialCheck = {
  code: 'retransmits',
  reveals:
    'Segments other than SYNs were sent again. Loopback loses none by itself, so that queues overflowed or acknowledgements came late. A note from 0.1% of the segments (and more than ten), suspect from 1%; a note where the experiment declares loss.',
  source: 'Tcp RetransSegs less TcpExt TCPSynRetrans, against Tcp OutSegs; RFC 8985 (tail-loss probes).',
  check(trial) {
    const sent = bothCounters(trial, 'Tcp.OutSegs');
    const again = bothCounters(trial, 'Tcp.RetransSegs') - bothCounters(trial, 'TcpExt.TCPSynRetrans');
    const part = share(again, sent);
    if (again <= LEAST || part < SOME) return null;
    return doubt(
      part >= MANY && !isShaped(trial) ? 'suspect' : 'note',
      'TCP segments were lost or late and had to be sent again.',
      { retransmitted: again, segments: sent, share: part },
      'Look for full queues (softnet drops, socket buffers) and for CPUs that other work keeps busy.',
    );
  },
};
