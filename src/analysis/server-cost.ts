import { errorTotal } from '../model/measurement.ts';
import type { CellResult } from '../model/result.ts';
import { serverUse } from './caveats/cpu-use.ts';
import { median } from './estimate.ts';
import type { MeasuredTrial } from './measured-trial.ts';

type ServerCost = Pick<
  CellResult,
  | 'serverCpuUsPerRequest'
  | 'requestsPerServerCpuSecond'
  | 'serverCpuCores'
  | 'serverRssBytes'
  | 'serverRssBytesPerConnection'
  | 'timeWaitMax'
>;

/**
 * What a load costs the server: medians over trials. CPU time is that of the server's tree in the observed interval,
 * which holds the window and some ms around it, kernel work on its behalf included as far as it runs in its context.
 */
export function serverCost(trials: readonly MeasuredTrial[]): ServerCost {
  const perRequest = trials.flatMap(({ measurement, observation }) => {
    const cpuUs = observation?.server?.cpuUs ?? 0;
    return cpuUs > 0 && measurement.requests.completed > 0 ? [cpuUs / measurement.requests.completed] : [];
  });
  return {
    serverCpuUsPerRequest: middle(perRequest),
    requestsPerServerCpuSecond: middle(perRequest.map((us) => 1e6 / us)),
    serverCpuCores: middle(trials.flatMap((trial) => serverUse(trial)?.cores || [])),
    serverRssBytes: middle(trials.flatMap(({ observation }) => observation?.server?.rssBytesMax ?? [])),
    serverRssBytesPerConnection: middle(trials.flatMap((trial) => bytesPerConnection(trial) ?? [])),
    timeWaitMax: middle(trials.flatMap(({ observation }) => observation?.sockets?.timeWaitMax ?? [])),
  };
}

const middle = (values: readonly number[]): number | null => (values.length === 0 ? null : median(values));

/** With fewer, the growth is a run-time's heap that gets to work, and says nothing of connections. */
const ENOUGH_CONNECTIONS = 100;

/**
 * What the server's memory grew by from before any load to its most in the window, for each connection. Not from after the
 * warm-up: what a server keeps of the warm-up's connections it uses again. What its heap grew by for other reasons is in
 * it, what it had ready before is not. null where connections are not kept, are few, failed, or are opened as a schedule
 * needs them: then it is not known how many were open.
 */
function bytesPerConnection({ cell: { load }, measurement, observation }: MeasuredTrial): number | null {
  const steady = load.keepAlive && load.rate === null && load.connections >= ENOUGH_CONNECTIONS;
  if (!steady || errorTotal(measurement.errors) > 0) return null;
  const server = observation?.server;
  const idle = server?.rssBytesIdle ?? (load.warmup === null ? server?.rssBytesBefore : null) ?? null;
  const most = server?.rssBytesMax ?? null;
  return idle === null || most === null ? null : Math.max(0, most - idle) / load.connections;
}
