import type { CellResult } from '../model/result.ts';
import { median } from './estimate.ts';
import type { MeasuredTrial } from './measured-trial.ts';

/**
 * What a request costs the server: medians over trials. CPU time is that of the server's tree in the observed interval,
 * which holds the window and some ms around it, kernel work on its behalf included as far as it runs in its context.
 */
export function serverCost(
  trials: readonly MeasuredTrial[],
): Pick<CellResult, 'serverCpuUsPerRequest' | 'requestsPerServerCpuSecond' | 'serverRssBytes'> {
  const perRequest = trials.flatMap(({ measurement, observation }) => {
    const cpuUs = observation?.server?.cpuUs ?? 0;
    return cpuUs > 0 && measurement.requests.completed > 0 ? [cpuUs / measurement.requests.completed] : [];
  });
  const rss = trials.flatMap(({ observation }) => observation?.server?.rssBytesMax ?? []);
  return {
    serverCpuUsPerRequest: orNull(median(perRequest)),
    requestsPerServerCpuSecond: orNull(median(perRequest.map((us) => 1e6 / us))),
    serverRssBytes: orNull(median(rss)),
  };
}

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
