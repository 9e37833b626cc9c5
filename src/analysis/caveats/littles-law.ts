import { rateOf } from '../measured-trial.ts';
import { doubt, type TrialCheck } from './check.ts';

/** How far latency x rate may exceed what can be in flight: clocks of window and requests differ by some ms. */
const TOLERANCE = 1.05;
const BROKEN = 1.25;

export const littlesLaw: TrialCheck = {
  code: 'littles-law',
  reveals:
    'In a closed loop the mean latency times the rate is the mean number of requests in flight, which cannot be more than connections x pipelining. Where it is, the generator’s bookkeeping of latency is wrong (autocannon with closed connections, wrk’s correction). 5% over is suspect, 25% invalid.',
  source: 'J. D. C. Little, A Proof for the Queuing Formula L = λW, Operations Research 9 (1961).',
  check({ cell, measurement }) {
    const { latency } = measurement;
    if (latency === null || cell.load.rate !== null || latency.count === 0) return null;
    // Rounding up to the generator's quantum adds half of it on average.
    const meanUs = latency.meanUs - (latency.resolutionUs > 1 ? latency.resolutionUs / 2 : 0);
    const rate = Math.min(rateOf(measurement), (latency.count * 1e6) / measurement.windowUs);
    const inFlight = (meanUs * rate) / 1e6;
    const most = cell.load.connections * cell.load.pipelining;
    if (!(inFlight > TOLERANCE * most)) return null;
    return doubt(
      inFlight > BROKEN * most ? 'invalid' : 'suspect',
      'Latency and rate cannot both be right: together they mean more requests in flight than the load has.',
      { meanUs: latency.meanUs, requestsPerSecond: rate, inFlight, atMost: most },
      'Measure this load with another driver, and report the output of this one.',
    );
  },
};
