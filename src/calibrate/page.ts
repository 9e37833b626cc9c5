import type { Certificate } from '../model/calibration.ts';
import { certificateTables, driverTable } from './table.ts';

/** Stand around the table of drivers in a text that holds it. */
export const MARKS = { begin: '<!-- calibration: begin -->', end: '<!-- calibration: end -->' } as const;

/** The certificate as a page of the documentation. */
export function calibrationPage(certificate: Certificate): string {
  return `# Calibration

Written from a certificate of \`loadcell calibrate\`; \`docs/calibration.json\` holds it whole. What each part is:

- **Ceilings**: the most that a generator got out of the server named below, pinned to its CPUs, the server to its own; a fresh server for each window, generators in turn within a round. Near one core kept busy, the generator was the limit; else the server was.
- **Latencies right**: p50, p90 and p99 within 2% or 100 µs (whichever is more) of what the truth server stamped itself, medians over rounds; the longest latency too where the server stalls. Where this user may (it is said above the table), truth server, bare socket and generator run at real-time priority meanwhile: what else the machine does is no generator's error. In an **open loop** (200 starts a second over kept connections) the truth counts from the schedule to the server's reply: with the stall a third of all starts wait for up to 1 s. **Counts right**: equal to the server's up to what was in flight. **Rates right**: within 1% of the server's own over the same window. What is known of it: it lasts from the first request to the last reply that the driver counted at least, and ends before the next reply was written or due (one reply time, no more); an open loop's lasts from first reply to last, and at most until the next start.
- **Under loadcell / bare**: requests a second of a whole measured window / of the same generator alone, same stage, same pinning, same live server; each side twice in a pair, in the order ABBA, then BAAB; ratios are taken within pairs. **Observed / not observed**: the same with and without the counters around a window. A pair's ratio is of four windows, and on a shared machine pairs differ by some percent: below it stands what loadcell's own process used meanwhile, which is the most that it can have taken from a CPU.
- **Two equal trials apart by**: |ratio - 1| of two trials of one cell, each on a fresh server: the noise floor of this machine.

${certificateTables(certificate)}
`;
}

/** The text with the table of drivers between its marks, and the rest untouched; null when it has no marks. */
export function withDriverTable(text: string, certificate: Certificate): string | null {
  const begin = text.indexOf(MARKS.begin);
  const end = text.indexOf(MARKS.end);
  if (begin < 0 || end < begin) return null;
  const head = text.slice(0, begin + MARKS.begin.length);
  return `${head}\n${driverTable(certificate.drivers)}\n${text.slice(end)}`;
}
