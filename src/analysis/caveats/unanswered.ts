import { type MeasuredTrial, rateOf } from '../measured-trial.ts';
import { doubt, share, type TrialCheck } from './check.ts';
import { generatorUse, isGeneratorFull } from './cpu-use.ts';

/** Of the requests that a closed loop keeps in flight. */
const ACCOUNTED = 0.5;
/** The same where the generator is at its limit: between a reply and the next request a connection waits for its turn there (wrk, 200 to nginx: 0.51). */
const ACCOUNTED_AT_LIMIT = 0.25;
/** Of the window: a reply as late as that is not what the window's latencies are about. */
const OLD = 0.5;

export const unanswered: TrialCheck = {
  code: 'unanswered',
  reveals:
    'Requests that no reply came to within the window are in no latency. Seen in a closed loop for a time, in two ways: a request that was cut off by the end had been under way for more than half of the window, longer than any that was answered (where the generator tells); or mean latency times rate accounts for less than half of connections x pipelining (a quarter where the generator used or waited for 90% of its cores, or that is not known: it then leaves connections idle by itself). A server that serves some connections and leaves the others waiting looks fast otherwise.',
  source: 'Little’s law read from below; survival analysis calls it right censoring.',
  check(trial) {
    const { cell, measurement } = trial;
    const { latency, requests, windowUs } = measurement;
    const { load } = cell;
    if (latency === null || latency.count === 0 || load.rate !== null || load.stop.kind !== 'duration') return null;
    const most = load.connections * load.pipelining;
    const oldestUs = requests.oldestInFlightUs ?? null;
    const old = oldestUs !== null && oldestUs > Math.max(latency.maxUs, OLD * windowUs);
    const accounted = share((latency.meanUs * rateOf(measurement)) / 1e6, most);
    const whole = load.keepAlive || latency.includesConnect;
    const idle = oldestUs === null && whole && accounted < (atItsLimit(trial) ? ACCOUNTED_AT_LIMIT : ACCOUNTED);
    if (!old && !idle) return null;
    return doubt(
      'suspect',
      'Some requests were not answered within the window: they are in no latency, and the others had the server to themselves.',
      {
        inFlightAtEnd: requests.inFlight,
        oldestUs,
        longestAnsweredUs: latency.maxUs,
        accountedFor: accounted,
        atMost: most,
      },
      'Use a longer window or a shorter timeout, or as many connections as the server serves at once.',
    );
  },
};

function atItsLimit(trial: MeasuredTrial): boolean {
  const use = generatorUse(trial);
  return use === null || isGeneratorFull(use, trial);
}
