import { median } from '../analysis/estimate.ts';
import type {
  Ceiling,
  Certificate,
  DriverCertificate,
  LatencyError,
  PairedRatio,
  WindowGap,
} from '../model/calibration.ts';
import { freshRatio } from './subjects.ts';

/** The certificate as Markdown tables whose columns stand under one another: for the terminal, the README and the docs. */
export function certificateTables(certificate: Certificate): string {
  const { machine, isolation, baseline, quick } = certificate;
  const where = isolation.kind === 'namespace' ? 'in private namespaces' : 'on the host itself';
  return [
    `loadcell ${certificate.loadcell}, ${certificate.date.slice(0, 10)}: ${one(machine.cpu)}, ${machine.cpus} CPUs, Linux ${one(machine.kernel)}${machine.virtualization === null ? '' : ` (${one(machine.virtualization)})`}, ${where}; server on CPU ${cpuText(certificate.cpus.server)}, generator on CPU ${cpuText(certificate.cpus.generator)}.${quick ? ' A smoke run: not to be cited.' : ''}`,
    `Ceilings against ${one(baseline.server)}${baseline.version === null ? '' : ` ${one(baseline.version)}`} over ${baseline.connections} connections, medians of ${roundsOf(certificate)}; in brackets the cores that the generator kept busy.`,
    driverTable(certificate.drivers),
    `Latencies, counts and rates beside those of a server that stamps and counts by itself${certificate.truthsInRealTime === true ? ', all at real-time priority' : ''}. Latencies in µs: the truth, the driver’s error, and in brackets what a bare socket sees beyond the truth, which is taken off the error. An open loop’s count from its schedule.`,
    truthTable(certificate.drivers),
    pairTable(certificate),
    closing(certificate),
    failed(certificate),
    restless(certificate),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** Names and versions come from other programs: nothing in them may break a table or steer a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
const one = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f|\s]+/g, ' ').trim();
const short = (text: string): string => (one(text).length > 40 ? `${one(text).slice(0, 39)}…` : one(text));
const whole = (value: number): string => Math.round(value).toLocaleString('en');
const cpuText = (cpus: number[] | null): string => (cpus === null ? 'any' : cpus.join(','));
const percent = (ratio: number): string => `${(ratio * 100).toFixed(1)}%`;

function roundsOf({ drivers }: Certificate): string {
  const rounds = drivers.flatMap(({ ceilings }) =>
    [ceilings.keepAlive, ceilings.fresh].map((ceiling) => (ceiling.perSecond === null ? 0 : ceiling.rounds.length)),
  );
  const most = Math.max(0, ...rounds);
  return most === 1 ? 'one round' : `${most} interleaved rounds`;
}

/** One row a driver: what it can do, and whether what it says is so. */
export function driverTable(drivers: readonly DriverCertificate[]): string {
  const header = [
    'Driver',
    'Version',
    'Kept, requests/s',
    'Fresh, connections/s',
    'Latencies right',
    'Counts right',
    'Rates right',
  ];
  const rows = drivers.map(({ name, version, ceilings, truths }) => {
    const errors = truths.flatMap(({ latency }) => (latency === null ? [] : Object.values(latency)));
    const rows = truths.filter((truth) => truth.rounds > 0);
    return [
      name,
      one(version),
      ceilingText(ceilings.keepAlive),
      ceilingText(ceilings.fresh),
      share(errors, (error) => error.within),
      share(rows, (truth) => truth.counts.agree),
      share(rows, (truth) => truth.rate.agrees),
    ];
  });
  return table(header, rows);
}

const ceilingText = (ceiling: Ceiling): string =>
  ceiling.perSecond === null
    ? '-'
    : `${whole(ceiling.perSecond)}${ceiling.busyCores === null ? '' : ` (${ceiling.busyCores.toFixed(2)})`}`;

function share<T>(all: readonly T[], good: (item: T) => boolean): string {
  return all.length === 0 ? '-' : `${all.filter(good).length} of ${all.length}`;
}

function truthTable(drivers: readonly DriverCertificate[]): string {
  const header = ['Driver', 'Connections', 'Delay', 'p50', 'p90', 'p99', 'Max', 'Counts', 'Rate'];
  const rows = drivers.flatMap(({ name, truths }) =>
    truths.map(({ connections, delay, rounds, latency, counts, rate, failures }) => {
      const start = [name, connections, delay];
      if (rounds === 0) return [...start, '-', '-', '-', '-', short(failures[0] ?? 'not measured'), '-'];
      const figures = (['p50', 'p90', 'p99', 'max'] as const).map((key) => errorText(latency?.[key]));
      return [...start, ...figures, countText(counts), `${rate.ratio.toFixed(4)}${rate.agrees ? '' : ' !'}`];
    }),
  );
  return table(header, rows);
}

/** `5,060 +12 (78)`: the truth, what the driver adds to it, and the machine's part; `!` where the driver adds more than it may. */
function errorText(error: LatencyError | undefined): string {
  if (error === undefined) return '-';
  const sign = error.errorUs < 0 ? '-' : '+';
  return `${whole(error.truthUs)} ${sign}${whole(Math.abs(error.errorUs))} (${whole(error.floorUs)})${error.within ? '' : ' !'}`;
}

function countText({
  serverAboveDriver,
  driverAboveServer,
  agree,
}: DriverCertificate['truths'][number]['counts']): string {
  if (driverAboveServer > 0) return `driver ${whole(driverAboveServer)} more !`;
  if (serverAboveDriver === 0) return 'equal';
  return `server ${whole(serverAboveDriver)} more${agree ? '' : ' !'}`;
}

function pairTable({ overhead, observation, noise }: Certificate): string {
  const row = (what: string, pair: PairedRatio): string[] => [
    what,
    pair.driver,
    pair.connections,
    pair.ratio.median.toFixed(4),
    `${pair.ratio.lowest.toFixed(4)} to ${pair.ratio.highest.toFixed(4)}`,
    String(pair.pairs),
  ];
  return table(
    ['Paired', 'Driver', 'Connections', 'Ratio, median', 'Lowest to highest', 'Pairs'],
    [
      ...overhead.map((pair) => row('under loadcell / bare', pair)),
      ...observation.map((pair) => row('observed / not observed', pair)),
      ...noise.map(({ driver, connections, median: middle, worst, pairs }) => [
        'two equal trials apart by',
        driver,
        connections,
        percent(middle),
        `worst ${percent(worst)}`,
        String(pairs),
      ]),
    ],
  );
}

function closing({ drivers, gaps, timers, runner }: Certificate): string {
  const ratio = freshRatio(drivers, 'loadcell', 'ab');
  const lines = [
    ratio.length === 0
      ? ''
      : `Fresh connections, loadcell's own driver / ab: ${median(ratio).toFixed(3)} (median of ${ratio.length}).`,
    runner == null
      ? ''
      : `loadcell's own process used ${runner.cpuMs.toFixed(1)} ms of CPU time (median) in such an observed window of ${whole(runner.windowMs)} ms: ${percent(runner.cpuMs / runner.windowMs)} of one CPU.`,
    ...gaps.map(gapText),
    `Clock: steps of ${whole(timers.clockStepNs)} ns; a timer of 1 ms fires ${whole(timers.timerLateUs.p50)} µs late (p99 ${whole(timers.timerLateUs.p99)} µs).`,
  ];
  return lines.filter((line) => line !== '').join('\n');
}

/** Windows that gave no measurement, a line a driver: the figures are of the others. */
function failed({ drivers }: Certificate): string {
  const lines = drivers.flatMap(({ name, truths }) => {
    const failures = truths.flatMap((truth) => truth.failures);
    return failures.length === 0
      ? []
      : [`${name}: windows without a measurement: ${failures.length}, the first: ${one(failures[0] as string)}`];
  });
  return lines.join('\n');
}

/** Above it the machine was busy with something else, and every figure here is as uncertain. */
const RESTLESS = 0.05;

function restless({ noise }: Certificate): string {
  const worst = Math.max(0, ...noise.map((floor) => floor.median));
  if (worst <= RESTLESS) return '';
  return `Two equal trials lie ${percent(worst)} apart: this machine was not quiet. Calibrate again when nothing else runs on it.`;
}

function gapText({ driver, connections, betweenMs, serverMs, generatorMs, beyondServerMs, gaps }: WindowGap): string {
  const beyond = `${whole(beyondServerMs.median)} ms (at most ${whole(beyondServerMs.highest)} ms)`;
  return `From the end of one window to the start of the next (${driver}, ${connections} connections, median of ${gaps}): ${whole(betweenMs)} ms; ${beyond} without the ${whole(serverMs.start + serverMs.stop)} ms that the server takes to start and stop; the generator alone takes ${whole(generatorMs)} ms beside its window.`;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((text, i) => text.padEnd(widths[i] as number)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(header), rule, ...rows.map(line)].join('\n');
}
