import type { Measurement } from '../../model/measurement.ts';
import type { Facts } from '../facts.ts';
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
}

/** How the numbers came about, and what they mean. */
export const method: Section<MethodView> = (facts) => {
  const { run, results, words } = facts;
  const measured = measurements(facts);
  const kinds = new Set(facts.cells.map((cell) => cell.result.latencyKind));
  const warmups = facts.results.cells.map(({ load }) =>
    load.warmup === null ? words.say('method.noWarmup') : stopLabel(load.warmup, words),
  );
  return {
    drivers: driversOf(facts, measured),
    serviceTime: kinds.has('service-time'),
    responseTime: kinds.has('response-time'),
    connect: connectIncluded(facts),
    order: words.say(run.plan.trials > 1 ? 'method.order.blocks' : 'method.order.once', {
      seed: String(run.plan.seed),
    }),
    isolation: words.say(`method.isolation.${results.run.isolation}`),
    isolationReason: run.isolation.reason,
    warmups: [...new Set(warmups)],
    copied: copiedOf(facts),
    relaxed: run.relaxed.map(({ where, what }) => ({ where, what })),
  };
};

const measurements = (facts: Facts): Measurement[] =>
  facts.cells.flatMap((cell) =>
    cell.records.flatMap((record) => (record.outcome.kind === 'measured' ? [record.outcome.measurement] : [])),
  );

function driversOf(facts: Facts, measured: readonly Measurement[]): MethodView['drivers'] {
  const names = new Set([...Object.keys(facts.run.drivers), ...measured.map(({ driver }) => driver.name)]);
  return [...names].map((name) => {
    const own = measured.filter(({ driver }) => driver.name === name);
    return {
      name,
      version: facts.run.drivers[name]?.version ?? own[0]?.driver.version ?? '',
      notes: [
        ...new Set(
          own.flatMap(({ notes, latencyMissing }) => [...notes, ...(latencyMissing === null ? [] : [latencyMissing])]),
        ),
      ],
    };
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
