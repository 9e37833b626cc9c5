import type { Measurement, PhaseRow, Phases } from '../model/measurement.ts';
import { fixed, padLeft } from './printf.ts';

/** What the block says beyond the measurement itself. */
export interface AbTarget {
  /** null: not known; the line is left out. */
  host: string | null;
  port: number;
  path: string;
  connections: number;
  keepAlive: boolean;
  /** Replies of changing length are expected (ab's -l). */
  variableLength?: boolean;
}

/**
 * A measurement in the layout of ApacheBench's report, by ab's own rounding rules (ab.c, `output_results`): from "Server
 * Software" to "(longest request)". A line whose figure was not measured is left out. ab's warnings about a mean far
 * from its median are printed as ab prints them.
 *
 * It is ab's layout, not ab's output: whoever shows it says so.
 */
export function abBlock(measurement: Measurement, target: AbTarget): string {
  const lines = [
    ...targetLines(measurement, target),
    '',
    ...totalLines(measurement, target),
    ...(measurement.phases === null ? [] : ['', ...timeLines(measurement.phases)]),
    ...(measurement.phases === null || measurement.requests.completed < 2
      ? []
      : ['', ...percentageLines(measurement.phases)]),
  ];
  return `${lines.join('\n')}\n`;
}

const field = (name: string, value: string): string => `${`${name}:`.padEnd(24)}${value}`;

function targetLines(measurement: Measurement, target: AbTarget): string[] {
  const length = measurement.replyBodyBytes;
  return [
    field('Server Software', serverWord(measurement.serverHeader)),
    ...(target.host === null ? [] : [field('Server Hostname', target.host)]),
    field('Server Port', String(target.port)),
    '',
    field('Document Path', target.path),
    ...(target.variableLength ? [field('Document Length', 'Variable')] : []),
    ...(target.variableLength || length === null ? [] : [field('Document Length', `${length} bytes`)]),
  ];
}

/** ab takes the Server header up to the first byte that is not a printable one. */
const serverWord = (header: string | null): string => /^[!-~]*/.exec(header ?? '')?.[0] ?? '';

function totalLines(measurement: Measurement, target: AbTarget): string[] {
  const done = measurement.requests.completed;
  const seconds = measurement.windowUs / 1e6;
  const { received, body } = measurement.bytes;
  const lines = [
    field('Concurrency Level', String(target.connections)),
    field('Time taken for tests', `${fixed(seconds, 3)} seconds`),
    field('Complete requests', String(done)),
    ...failureLines(measurement),
    ...(target.keepAlive ? [field('Keep-Alive requests', String(keptRequests(measurement)))] : []),
    ...(received === null ? [] : [field('Total transferred', `${received} bytes`)]),
    ...(body === null ? [] : [field('HTML transferred', `${body} bytes`)]),
  ];
  if (done === 0 || seconds === 0) return lines;
  const across = (seconds * 1000) / done;
  lines.push(
    field('Requests per second', `${fixed(done / seconds, 2)} [#/sec] (mean)`),
    field('Time per request', `${fixed(target.connections * across, 3)} [ms] (mean)`),
    field('Time per request', `${fixed(across, 3)} [ms] (mean, across all concurrent requests)`),
  );
  if (received !== null)
    lines.push(field('Transfer rate', `${fixed(received / 1024 / seconds, 2)} [Kbytes/sec] received`));
  return lines;
}

/** ab's four kinds: failed connects; broken replies; replies of another length (here: another body); all other errors. */
function failureLines(measurement: Measurement): string[] {
  const { errors } = measurement;
  const length = measurement.mismatchedBodies ?? 0;
  const receive = errors.reset + errors.timeout;
  const exceptions = errors.resource + errors.other;
  const failed = errors.connect + receive + length + exceptions;
  const lines = [field('Failed requests', String(failed))];
  if (failed > 0) {
    lines.push(`   (Connect: ${errors.connect}, Receive: ${receive}, Length: ${length}, Exceptions: ${exceptions})`);
  }
  const non2xx = Object.entries(measurement.statusCounts).reduce(
    (sum, [code, n]) => (code.startsWith('2') ? sum : sum + n),
    0,
  );
  return non2xx > 0 ? [...lines, field('Non-2xx responses', String(non2xx))] : lines;
}

const keptRequests = (measurement: Measurement): number =>
  Math.max(0, measurement.requests.completed - (measurement.serverClosedConnections ?? 0));

/** ab: (µs + 500) / 1000 in whole numbers. */
const wholeMs = (us: number): number => Math.floor((Math.floor(us) + 500) / 1000);

function timeLines(phases: Phases): string[] {
  const rows: [label: string, what: string, row: PhaseRow | null][] = [
    ['Connect:', 'the initial connection time', phases.connect],
    ['Processing:', 'the processing time', phases.processing],
    ['Waiting:', 'the waiting time', phases.waiting],
    ['Total:', 'the total time', phases.total],
  ];
  const measured = rows.filter((one): one is [string, string, PhaseRow] => one[2] !== null);
  return [
    'Connection Times (ms)',
    '              min  mean[+/-sd] median   max',
    ...measured.map(([label, , row]) => timeLine(label, row)),
    ...measured.flatMap(([, what, row]) => doubtLines(what, row)),
  ];
}

function timeLine(label: string, row: PhaseRow): string {
  const sd = padLeft(fixed(row.sdUs / 1000, 1), 5);
  return `${label.padEnd(12)}${padLeft(wholeMs(row.minUs), 5)} ${padLeft(wholeMs(row.meanUs), 4)} ${sd} ${padLeft(wholeMs(row.medianUs), 6)} ${padLeft(wholeMs(row.maxUs), 7)}`;
}

/** ab compares the mean and the median after it has rounded them to whole ms, the deviation unrounded. */
function doubtLines(what: string, row: PhaseRow): string[] {
  const apart = Math.abs(wholeMs(row.meanUs) - wholeMs(row.medianUs));
  const sd = row.sdUs / 1000;
  if (apart > 2 * sd) {
    return [
      `ERROR: The median and mean for ${what} are more than twice the standard`,
      '       deviation apart. These results are NOT reliable.',
    ];
  }
  if (apart > sd) {
    return [
      `WARNING: The median and mean for ${what} are not within a normal deviation`,
      '        These results are probably not that reliable.',
    ];
  }
  return [];
}

function percentageLines(phases: Phases): string[] {
  return [
    'Percentage of the requests served within a certain time (ms)',
    ...phases.percentiles.map(([percent, us]) =>
      percent >= 100
        ? ` 100%  ${padLeft(wholeMs(us), 5)} (longest request)`
        : `  ${percent}%  ${padLeft(wholeMs(us), 5)}`,
    ),
  ];
}
