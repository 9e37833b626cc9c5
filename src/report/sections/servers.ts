import type { TrialRecord } from '../../model/record.ts';
import type { Estimate } from '../../model/result.ts';
import { type AbTarget, abBlock } from '../ab-block.ts';
import { withTotals } from '../ab-phases.ts';
import type { CellFacts, Facts } from '../facts.ts';
import { type Figure, figurePlain } from '../figures.ts';
import { driverLabel } from '../labels.ts';
import { clip, visible } from '../markdown/escape.ts';
import type { Words } from '../words.ts';
import type { Section } from './section.ts';
import { errorText, reasonOf } from './summary.ts';

export interface ServersView {
  servers: ServerView[];
}

interface ServerView {
  title: string;
  note: string;
  /** '' for a server that was never prepared. */
  version: string;
  command: string;
  files: { name: string; language: string; text: string }[];
  headlines: HeadlineView[];
  /** The block of the first measured cell stands open, the others are folded. */
  blocks: BlockView[];
  failures: { cell: string; reason: string; log: string }[];
}

interface HeadlineView {
  /** `ab -c 2000 -n 10000`, or the driver in words; with the environment where there are several. */
  subject: string;
  /** `3.4k`, with its range when there are several trials; null: no number, and `reason` says why. */
  rate: Figure | null;
  /** Latency, CPU, memory, errors; null where nothing of it was measured. */
  details: Figure | null;
  reason: string;
}

interface BlockView {
  /** Which cell. */
  label: string;
  caption: string;
  /** The cell's doubts, above a generator's own output; '' where there are none, or where they are the text's own second line. */
  doubts: string;
  text: string;
  first: boolean;
}

/** One section a server: its note, its configuration, its headlines in the source's manner, its ab-shaped blocks. */
export const servers: Section<ServersView> = (facts) => {
  const names = [...new Set(facts.results.cells.map((cell) => cell.server))];
  return names.length === 0 ? null : { servers: names.map((name) => serverView(facts, name)) };
};

function serverView(facts: Facts, name: string): ServerView {
  const { run, words } = facts;
  const plan = facts.server(name);
  const found = run.servers[name];
  const cells = facts.cells.filter((cell) => cell.result.server === name);
  const blocks = cells.flatMap((cell) => blockOf(cell, facts));
  return {
    title: plan?.title || name,
    note: plan?.note ?? '',
    version: found === undefined ? '' : (found.version ?? words.say('unknown')),
    command: commandText(found?.command ?? []),
    files: found?.shown ?? [],
    headlines: cells.map((cell) => headline(cell, facts)),
    blocks: blocks.map((block, index) => ({ ...block, first: index === 0 })),
    failures: cells.flatMap((cell) => failuresOf(cell, words)),
  };
}

/** argv as a reader would type it: words that a shell would take apart are quoted. */
const commandText = (argv: readonly string[]): string =>
  argv.map((word) => (/^[\w./@%+=:,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');

function headline(cell: CellFacts, facts: Facts): HeadlineView {
  const { words } = facts;
  const rate = cell.result.requestsPerSecond;
  return {
    subject: subjectOf(cell, facts),
    rate: rate === null ? null : cell.figure(headlineRate(cell.result.load.driver, rate, words)),
    details: details(cell, words),
    reason: rate === null ? clip(reasonOf(cell, words), 400) : '',
  };
}

function subjectOf(cell: CellFacts, facts: Facts): string {
  const driver = driverLabel(cell.result.load, cell.load, facts.words);
  return facts.severalEnvironments
    ? facts.words.say('headline.in', { subject: driver, environment: cell.environment })
    : driver;
}

/** `3.4k` under ab, whose readers know what it is; with its unit elsewhere; with its range when there is one. */
function headlineRate(driver: string, rate: Estimate, words: Words): string {
  const median =
    driver === 'ab' ? words.short(rate.median) : words.say('headline.rate', { rate: words.short(rate.median) });
  if (rate.n < 2) return median;
  const range = words.range(words.short(rate.low), words.short(rate.high));
  return words.say(`headline.${rate.interval}`, { median, range, count: words.count(rate.n) });
}

/** What else the cell gave, each with its unit. */
function details(cell: CellFacts, words: Words): Figure | null {
  const { latencyUs, latencyKind, serverCpuUsPerRequest, serverRssBytes, errors } = cell.result;
  const parts: string[] = [];
  if (latencyUs !== null) {
    const { p50, p99, max } = latencyUs;
    const kind = words.say(`latency.${latencyKind ?? 'mixed'}`);
    parts.push(
      words.say('headline.latency', {
        kind,
        p50: words.duration(p50),
        p99: words.duration(p99),
        max: words.duration(max),
      }),
    );
  }
  if (serverCpuUsPerRequest !== null)
    parts.push(words.say('headline.cpu', { time: words.duration(serverCpuUsPerRequest) }));
  if (serverRssBytes !== null) parts.push(words.say('headline.memory', { size: words.bytes(serverRssBytes) }));
  if (errors.total > 0) parts.push(words.say('headline.errors', { errors: errorText(cell.result, words) }));
  return parts.length === 0 ? null : cell.figure(parts.join(words.say('semicolon')));
}

/**
 * The block of the trial nearest to the cell's median, in ab's layout. What we made ourselves says so in its first line,
 * and carries the cell's doubts, so that they are copied along with it. A generator's own output stays as it came: the
 * doubts stand above it.
 */
function blockOf(cell: CellFacts, facts: Facts): Omit<BlockView, 'first'>[] {
  if (cell.representative === null) return [];
  const { words } = facts;
  const { record, measurement } = cell.representative;
  const own = measurement.ownOutput;
  const shaped = withTotals(measurement, cell.result.load.keepAlive);
  const kind = own !== null ? 'block.own' : shaped.fromHistogram ? 'block.shapedHistogram' : 'block.shaped';
  const caption = words.say(kind, {
    driver: `${measurement.driver.name} ${measurement.driver.version}`.trim(),
    trial: words.count(record.trial),
    trials: words.count(cell.result.trialsPlanned),
  });
  const doubts = cell.marks.length === 0 ? '' : figurePlain({ text: words.say('block.doubts'), marks: cell.marks });
  const block = { label: subjectOf(cell, facts), caption };
  if (own !== null) return [{ ...block, doubts, text: own }];
  const body = visible(abBlock(shaped.measurement, target(cell, facts, record))).trimEnd();
  const preface = [caption, ...(doubts === '' ? [] : [doubts]), ''];
  return [{ ...block, doubts: '', text: [...preface, body].join('\n') }];
}

function target(cell: CellFacts, facts: Facts, record: TrialRecord): AbTarget {
  const { load } = cell.result;
  return {
    // Without shaping, servers listen on the stage's own loopback.
    host: record.stage?.address ?? (cell.plan?.settings.network ? null : '127.0.0.1'),
    port: facts.server(cell.result.server)?.port ?? 0,
    path: load.path,
    connections: load.connections,
    keepAlive: load.keepAlive,
  };
}

const LOG_LINES = 12;

/** Trials that gave no measurement, with what the server last wrote; the same reason is told once. */
function failuresOf(cell: CellFacts, words: Words): ServerView['failures'] {
  const seen = new Map<string, ServerView['failures'][number]>();
  for (const { outcome, serverLog } of cell.records) {
    if (outcome.kind === 'measured') continue;
    const log = visible(serverLog)
      .trimEnd()
      .split('\n')
      .slice(-LOG_LINES)
      .map((line) => clip(line, 300))
      .join('\n');
    if (!seen.has(outcome.reason))
      seen.set(outcome.reason, { cell: cell.label, reason: clip(words.sentence(outcome.reason), 600), log });
  }
  return [...seen.values()];
}
