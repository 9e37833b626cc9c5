import type { Measurement } from '../../model/measurement.ts';
import type { CellFacts, Facts } from '../facts.ts';
import { stopLabel } from '../labels.ts';
import type { Section } from './section.ts';

export interface MethodView {
  drivers: { name: string; version: string; notes: string[] }[];
  serviceTime: boolean;
  responseTime: boolean;
  /** Whether the percentiles hold the time to connect: by driver and mode. */
  connect: { driver: string; load: string; included: boolean }[];
  order: string;
  isolation: string;
  isolationReason: string;
  warmups: string[];
  /** Host values of namespaced settings that were copied into the namespaces. */
  copied: string;
  relaxed: { where: string; what: string }[];
  /** Empty where the run was made in one sitting. */
  sittings: { text: string; changed: { where: string; what: string }[] }[];
  /** What the machine's certificate says of the generators and loads of this run; empty where there is none. */
  calibration: string[];
}

/** How the numbers came about, and what they mean. */
export const method: Section<MethodView> = (facts) => {
  const { run, results, words } = facts;
  const kinds = new Set(facts.cells.map((cell) => cell.result.latencyKind));
  const warmups = facts.results.cells.map(({ load }) =>
    load.warmup === null ? words.say('method.noWarmup') : stopLabel(load.warmup, words),
  );
  return {
    drivers: driversOf(facts),
    serviceTime: kinds.has('service-time'),
    responseTime: kinds.has('response-time'),
    connect: connectIncluded(facts),
    order: words.say(run.plan.trials > 1 ? 'method.order.blocks' : 'method.order.once', {
      seed: String(run.plan.seed),
    }),
    isolation: words.say(`method.isolation.${results.run.isolation}`),
    isolationReason: words.sentence(run.isolation.reason),
    warmups: [...new Set(warmups)],
    copied: copiedOf(facts),
    relaxed: run.relaxed.map(({ where, what }) => ({ where, what: words.sentence(what) })),
    sittings: sittingsOf(facts),
    calibration: calibrationOf(facts),
  };
};

/** How often the run was gone on with, and from where each time. */
function sittingsOf({ run: { resumed = [] }, words }: Facts): MethodView['sittings'] {
  return resumed.map(({ startedAt, trials, changed }, index) => ({
    text: words.say('method.sitting', {
      number: words.count(index + 2),
      total: words.count(resumed.length + 1),
      date: startedAt,
      count: words.count(trials),
    }),
    changed: changed.map(({ where, what }) => ({ where, what: words.sentence(what) })),
  }));
}

/** The generators that were used, with what each did to its figures: a note that is not every cell's names its cells. */
function driversOf(facts: Facts): MethodView['drivers'] {
  const names = new Set(facts.cells.map((cell) => cell.result.load.driver));
  return [...names]
    .filter((name) => name !== 'auto')
    .map((name) => {
      const cells = facts.cells
        .filter((cell) => cell.result.load.driver === name)
        .map((cell) => ({ label: cell.label, measured: measurementsOf(cell) }))
        .filter(({ measured }) => measured.length > 0);
      return {
        name,
        version: facts.run.drivers[name]?.version ?? cells[0]?.measured[0]?.driver.version ?? '',
        notes: notesOf(cells, facts),
      };
    });
}

const measurementsOf = (cell: CellFacts): Measurement[] =>
  cell.records.flatMap(({ outcome }) => (outcome.kind === 'measured' ? [outcome.measurement] : []));

/** Cells that a note names, before it only counts them. */
const CELLS_NAMED = 3;

function notesOf(cells: readonly { label: string; measured: readonly Measurement[] }[], { words }: Facts): string[] {
  const found = new Map<string, Set<string>>();
  for (const { label, measured } of cells) {
    for (const { notes, latencyMissing } of measured) {
      for (const note of [...notes, latencyMissing]) {
        if (note !== null) found.set(note, (found.get(note) ?? new Set()).add(label));
      }
    }
  }
  return [...found].map(([said, labels]) => {
    const note = words.sentence(said);
    if (labels.size === cells.length) return note;
    const rest = labels.size - CELLS_NAMED;
    const named = [...labels].slice(0, CELLS_NAMED).join(words.say('semicolon'));
    const more = rest > 0 ? words.say('semicolon') + words.say('method.more', { count: words.count(rest) }) : '';
    return words.say('method.noteOf', { note, cells: `${named}${more}` });
  });
}

function connectIncluded(facts: Facts): MethodView['connect'] {
  const rows = new Map<string, MethodView['connect'][number]>();
  for (const cell of facts.cells) {
    const latency = cell.representative?.measurement.latency;
    if (!latency) continue;
    const load = facts.words.say(cell.result.load.keepAlive ? 'load.keepAlive' : 'load.fresh');
    const row = { driver: cell.result.load.driver, load, included: latency.includesConnect };
    rows.set(JSON.stringify(row), row);
  }
  return [...rows.values()];
}

/** `key = value` lines, as sysctl(8) writes them; '' when nothing was copied. */
function copiedOf(facts: Facts): string {
  const copied = new Map<string, Set<string>>();
  for (const cell of facts.cells) {
    for (const record of cell.records) {
      for (const [key, value] of Object.entries(record.stage?.copied ?? {})) {
        copied.set(key, (copied.get(key) ?? new Set()).add(value));
      }
    }
  }
  return [...copied]
    .map(([key, values]) => `${key} = ${[...values].join(' / ')}`)
    .sort()
    .join('\n');
}

/** The certified ceilings and noise of the drivers and kinds of connection that this run used. Plain text. */
function calibrationOf({ run, cells, words }: Facts): string[] {
  const { calibration } = run;
  if (!calibration) return [];
  const date = calibration.date.slice(0, 10);
  const lines = cells.flatMap(({ result: { load } }) => {
    const ceiling = calibration.drivers[load.driver]?.[load.keepAlive ? 'keepAlive' : 'fresh'];
    const kind = words.say(load.keepAlive ? 'load.keepAlive' : 'load.fresh');
    const noise = calibration.noise.find(({ connections }) => connections === (load.keepAlive ? 'kept' : 'fresh'));
    return [
      ...(ceiling
        ? [
            words.say('method.ceiling', {
              date,
              driver: load.driver,
              load: kind,
              rate: words.rate(ceiling.perSecond),
              server: calibration.baseline.server,
              connections: words.count(calibration.baseline.connections),
            }),
          ]
        : []),
      ...(noise
        ? [
            words.say('method.noise', {
              date,
              driver: noise.driver,
              load: kind,
              median: words.percent(noise.median),
              worst: words.percent(noise.worst),
              count: noise.pairs,
            }),
          ]
        : []),
    ];
  });
  return [...new Set(lines)];
}
