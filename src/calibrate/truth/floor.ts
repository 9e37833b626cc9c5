import { percentileUs } from './truth.ts';

/** How the bare client measures the machine's own part, one request after the other. */
export interface FloorOrder {
  /** Requests before those that count: by then both programs are warm and the kept connection is made. */
  warmUp: number;
  /** Those that count. From 100 on the p99 is not the longest of them: no single accident decides it. */
  requests: number;
}

const PERCENTS = [50, 90, 99] as const;

/** What the bare client is told behind its program's name. */
export const bareClientArgs = (port: number, mode: 'kept' | 'fresh', { warmUp, requests }: FloorOrder): string[] => [
  String(port),
  String(warmUp),
  String(requests),
  mode,
];

/**
 * What the bare client saw beyond the server's stamps of the same requests, at p50, p90 and p99, µs; never below 0.
 * @param printed the client's output: µs of each request that counts
 * @param delaysUs the server's stamps; those of the warm-up come first
 */
export function floorOf(printed: string, delaysUs: readonly number[]): number[] {
  const seen = JSON.parse(printed) as number[];
  const truth = delaysUs.slice(delaysUs.length - seen.length);
  if (seen.length === 0 || truth.length !== seen.length) {
    throw new Error(`the bare client tells of ${seen.length} requests, the truth server of ${delaysUs.length}`);
  }
  return PERCENTS.map((percent) => Math.max(0, percentileUs(seen, percent) - percentileUs(truth, percent)));
}
