/** How long a lane may have waited at a run's end before it is taken for lost: by this much more than the longest latency. */
const PATIENCE = { times: 1.5, plusUs: 200_000 } as const;

/**
 * Lanes (connections x requests in flight on each) that had fallen silent before the run ended. In a closed loop the next
 * request follows on the last one's reply, so that as many are under way as there are lanes; h2load drops from its counts
 * the requests that it loses in a timed run. Found from how many of the completed requests were under way when: a lane is
 * lost where that number was last reached so long ago that no reply can be on its way still.
 *
 * @param endsUs when the completed requests ended, since the window's start, in any order; `totalUs` how long each took.
 */
export function lostLanes(endsUs: Float64Array, totalUs: Float64Array, lanes: number, windowUs: number): number {
  const starts = endsUs.map((us, i) => us - (totalUs[i] as number)).sort();
  const ends = endsUs.slice().sort();
  /** By number of requests under way: when it was last reached. */
  const last = new Float64Array(lanes + 1);
  let next = 0;
  for (const [ended, end] of ends.entries()) {
    while (next < starts.length && (starts[next] as number) < end) next += 1;
    last[Math.min(lanes, next - ended)] = end;
  }
  const longest = totalUs.reduce((max, us) => Math.max(max, us), 0);
  const patience = PATIENCE.times * longest + PATIENCE.plusUs;
  let lost = 0;
  let reached = 0;
  for (let lane = lanes; lane >= 1; lane--) {
    reached = Math.max(reached, last[lane] as number);
    if (windowUs - reached > patience) lost += 1;
  }
  return lost;
}
