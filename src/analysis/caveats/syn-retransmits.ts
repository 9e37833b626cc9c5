import { decodeHistogram } from '../../model/histogram.ts';
import { countBetween } from '../latency-shape.ts';
import type { MeasuredTrial } from '../measured-trial.ts';
import { doubt, share, type TrialCheck } from './check.ts';
import { clientCounter, connectionsMade, isShaped } from './counters.ts';

/** Of the connections: under it no percentile up to p99.9 is touched. */
const FEW = 0.001;
/** A connection that took n SYNs is there some ms after the nth; µs. */
const CLUSTER_US = 300_000;
/** Seconds after the first SYN at which others follow: doubling (1, 3, 7), or linear first since Linux 6.5 (1, 2, 3, 4). */
const STEPS_S = [1, 2, 3, 4, 7];
/** The longest connect on loopback that no lost SYN explains is well under it. µs. */
const RETRIED_US = 990_000;

export const synRetransmits: TrialCheck = {
  code: 'syn-retransmits',
  reveals:
    'Connections were made only after their SYN had been sent again, a second or more after the first. Latencies then stand in clusters at 1, 3 and 7 s, or at 1, 2, 3 and 4 s with `tcp_syn_linear_timeouts` (Linux 6.5 and later), and say more about TCP’s timer than about the server. The evidence counts those clusters where latency includes the connect. A note under 0.1% of the connections, and where the experiment declares loss. Where the counter cannot be read, a longest connect of a second tells as much.',
  source:
    'TcpExt TCPSynRetrans; RFC 6298 (1 s initial timeout); Documentation/networking/ip-sysctl.rst, tcp_syn_linear_timeouts.',
  check(trial) {
    const retransmits = clientCounter(trial, 'TcpExt.TCPSynRetrans');
    const connectMaxUs = trial.measurement.phases?.connect?.maxUs ?? null;
    if (retransmits === null ? (connectMaxUs ?? 0) < RETRIED_US : retransmits <= 0) return null;
    const connections = connectionsMade(trial);
    const few = retransmits !== null && share(retransmits, connections) < FEW;
    return doubt(
      few || isShaped(trial) ? 'note' : 'suspect',
      'Connections were made only after SYNs had been sent again: latencies hold TCP’s timeouts of whole seconds.',
      {
        TCPSynRetrans: retransmits,
        connections,
        longestConnectMs: connectMaxUs === null ? null : connectMaxUs / 1000,
        ...clusters(trial),
      },
      'See why SYNs are lost: accept queue, half-open queue, or the network; then measure again.',
    );
  },
};

/** Requests whose latency stands right behind a SYN's timeout; {} where latency holds no connect. */
function clusters({ measurement }: MeasuredTrial): Record<string, number> {
  const { latency } = measurement;
  if (latency === null || !latency.includesConnect || latency.maxUs < RETRIED_US) return {};
  const histogram = decodeHistogram(latency.histogram);
  return Object.fromEntries(
    STEPS_S.map((s) => [`near${s}s`, countBetween(histogram, s * 1e6 - 10_000, s * 1e6 + CLUSTER_US)] as const).filter(
      ([, count]) => count > 0,
    ),
  );
}
