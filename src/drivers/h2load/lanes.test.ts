import { describe, expect, it } from 'vitest';
import { lostLanes } from './lanes.ts';

/** Lanes of requests one after the other, `gapUs` apart, each lane up to its own end. */
function requestsOf(
  lanes: readonly { untilUs: number; eachUs: (i: number) => number }[],
  gapUs: number,
): {
  ends: Float64Array;
  totals: Float64Array;
} {
  const [ends, totals]: [number[], number[]] = [[], []];
  for (const [lane, { untilUs, eachUs }] of lanes.entries()) {
    let now = lane * 10;
    for (let i = 0; now + eachUs(i) <= untilUs; i++) {
      now += eachUs(i);
      ends.push(now);
      totals.push(eachUs(i));
      now += gapUs;
    }
  }
  return { ends: Float64Array.from(ends), totals: Float64Array.from(totals) };
}

const WINDOW = 1_000_000;
const ms = (n: number) => (): number => n * 1_000;
const lost = (lanes: Parameters<typeof requestsOf>[0], count = lanes.length, gapUs = 1): number => {
  const { ends, totals } = requestsOf(lanes, gapUs);
  return lostLanes(ends, totals, count, WINDOW);
};

describe('lanes that fell silent', () => {
  const healthy = { untilUs: WINDOW, eachUs: ms(1) };

  it('none in a healthy run, whatever the latencies', () => {
    expect(lost([healthy])).toBe(0);
    expect(lost(new Array(50).fill(healthy))).toBe(0);
    expect(lost(new Array(5).fill({ untilUs: WINDOW, eachUs: (i: number) => (i % 20 === 0 ? 100_000 : 1_000) }))).toBe(
      0,
    );
    expect(lost([healthy, { untilUs: WINDOW, eachUs: ms(400) }])).toBe(0);
  });

  it('one that was lost halfway, or never began', () => {
    expect(lost([healthy, healthy, { untilUs: 500_000, eachUs: ms(1) }])).toBe(1);
    expect(lost([healthy, healthy], 5)).toBe(3);
    // The next request in the same µs is not one more under way.
    expect(lost([healthy, { untilUs: 500_000, eachUs: ms(1) }], 2, 0)).toBe(1);
  });

  it('all of them', () => {
    expect(lost(new Array(4).fill({ untilUs: 300_000, eachUs: ms(2) }))).toBe(4);
    expect(lost([], 4)).toBe(4);
  });

  it('a last reply that may still be on its way is none', () => {
    expect(lost([{ untilUs: 960_000, eachUs: ms(1) }])).toBe(0);
    expect(lost([{ untilUs: 850_000, eachUs: ms(200) }, healthy])).toBe(0);
  });
});
