import { errorTotal } from '../../model/measurement.ts';
import { doubt, type TrialCheck } from './check.ts';
import { clientCounter } from './counters.ts';
import { BUSY, generatorCores, generatorUse, isServerBusy, serverUse } from './cpu-use.ts';

/** Cores. Who waits for a CPU more than this is slowed by what else runs there. */
const WAITING = 0.1;

export const latencyBound: TrialCheck = {
  code: 'latency-bound',
  reveals:
    'In a closed loop neither the server nor the generator was busy (neither used 0.7 of its cores, no thread of theirs 0.7 of one, the server’s together not about one core either, and they hardly waited for a CPU): the rate follows from the number of connections and the time that a reply takes, not from what the server can do. (Failed requests and lost SYNs explain a slow rate by themselves: then nothing is said.)',
  source: 'Little’s law: rate = connections in flight / time of a reply.',
  check(trial) {
    const [generator, server] = [generatorUse(trial), serverUse(trial)];
    const { load, settings } = trial.cell;
    if (generator === null || server === null || load.rate !== null || settings.network !== null) return null;
    if (errorTotal(trial.measurement.errors) > 0 || (clientCounter(trial, 'TcpExt.TCPSynRetrans') ?? 0) > 0)
      return null;
    if (isServerBusy(server, trial)) return null;
    if (generator.cores >= BUSY * generatorCores(trial) || (generator.busiest ?? 0) >= BUSY) return null;
    if (server.waiting >= WAITING || generator.waiting >= WAITING) return null;
    return doubt(
      'note',
      'Neither server nor generator was busy: the rate is that of these connections waiting for replies, not the server’s limit.',
      {
        serverCores: server.cores,
        serverBusiestThread: server.busiest,
        generatorCores: generator.cores,
        connections: load.connections,
      },
      'Use more connections to find the server’s limit, or read the latency instead of the rate.',
    );
  },
};
