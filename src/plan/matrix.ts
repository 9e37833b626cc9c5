import type { Experiment } from '../experiment/schema.ts';
import type { LoadDefinition } from '../experiment/load.ts';
import type { Cell, CellMatch, Load } from '../model/plan.ts';

/** A cell before its settings are merged. */
export type BareCell = Omit<Cell, 'settings' | 'skip'>;

/** servers x environments x loads, less what include and exclude drop. */
export function cellsOf(experiment: Experiment): BareCell[] {
  const loads = (Array.isArray(experiment.load) ? experiment.load : [experiment.load]).flatMap(loadsOf);
  const distinct = [...new Map(loads.map((load) => [JSON.stringify(load), load])).values()];
  const labels = loadLabels(distinct);
  const cells = experiment.servers.flatMap(({ name: server }) =>
    Object.keys(experiment.environments).flatMap((environment) =>
      distinct.map((load, index): BareCell => ({ id: `${server}.${environment}.${labels[index]}`, server, environment, load })),
    ),
  );
  const { include, exclude } = experiment;
  return cells
    .filter((cell) => include === undefined || include.some((one) => matches(cell, compact(one))))
    .filter((cell) => !exclude.some((one) => matches(cell, compact(one))));
}

/** Every combination of the axes, in the order in which they are written. */
export function loadsOf(axes: LoadDefinition): Load[] {
  const requests = axes.requests?.map((count): Load['stop'] => ({ kind: 'requests', requests: count }));
  const stops = requests ?? (axes.duration ?? [10_000]).map((ms): Load['stop'] => ({ kind: 'duration', durationMs: ms }));
  return product({
    driver: axes.driver,
    path: axes.path,
    method: axes.method,
    http: axes.http,
    stop: stops,
    rate: axes.rate ?? [null],
    arrivals: axes.arrivals,
    connections: axes.connections,
    keepAlive: axes.keepAlive,
    pipelining: axes.pipelining,
    warmup: axes.warmup ?? ['default' as const],
  }).map(({ rate, arrivals, warmup, ...rest }) => ({
    ...rest,
    headers: axes.headers,
    body: axes.body ?? null,
    timeoutMs: axes.timeout,
    rate: rate === null ? null : { perSecond: rate, arrivals },
    warmup: warmupOf(warmup, rest.stop),
  }));
}

/** By default a tenth of the work, so that caches, allocators and JIT compilers are warm; false = none. */
function warmupOf(asked: 'default' | false | number | { requests: number }, stop: Load['stop']): Load['warmup'] {
  if (asked === false || asked === 0) return null;
  if (typeof asked === 'number') return { kind: 'duration', durationMs: asked };
  if (typeof asked === 'object') return { kind: 'requests', requests: asked.requests };
  if (stop.kind === 'duration') return { kind: 'duration', durationMs: 1_000 };
  return { kind: 'requests', requests: Math.max(1, Math.round(stop.requests / 10)) };
}

type Axes = Record<string, readonly unknown[]>;
type Point<A extends Axes> = { [K in keyof A]: A[K][number] };

function product<A extends Axes>(axes: A): Point<A>[] {
  return Object.entries(axes).reduce<Record<string, unknown>[]>(
    (points, [key, values]) => points.flatMap((point) => values.map((value) => ({ ...point, [key]: value }))),
    [{}],
  ) as Point<A>[];
}

const compact = (match: Record<string, string | number | boolean | undefined>): CellMatch =>
  Object.fromEntries(Object.entries(match).filter(([, value]) => value !== undefined)) as CellMatch;

/** Whether every key of a partial cell is equal. */
export function matches(cell: { server: string; environment: string; load: Load }, match: CellMatch): boolean {
  const { load } = cell;
  const facts: Record<string, unknown> = {
    ...load,
    server: cell.server,
    environment: cell.environment,
    requests: load.stop.kind === 'requests' ? load.stop.requests : null,
    rate: load.rate?.perSecond ?? null,
    arrivals: load.rate?.arrivals ?? null,
  };
  return Object.entries(match).every(([key, value]) => facts[key] === value);
}

/** `c100-fresh`, and of the other axes only those that vary. File-name safe and unique. */
function loadLabels(loads: readonly Load[]): string[] {
  const varies = (of: (load: Load) => unknown): boolean => new Set(loads.map((load) => JSON.stringify(of(load)))).size > 1;
  const parts: ((load: Load) => string)[] = [
    (load) => `c${load.connections}`,
    (load) => (load.keepAlive ? 'kept' : 'fresh'),
    ...OPTIONAL_PARTS.filter(({ of }) => varies(of)).map(({ label }) => label),
  ];
  const labels = loads.map((load) => parts.map((part) => part(load)).join('-').replace(/[^A-Za-z0-9._-]+/g, '_'));
  return labels.map((label, index) => (labels.indexOf(label) === index && labels.lastIndexOf(label) === index ? label : `${label}-${index + 1}`));
}

const OPTIONAL_PARTS: readonly { of: (load: Load) => unknown; label: (load: Load) => string }[] = [
  { of: (load) => load.stop, label: ({ stop }) => (stop.kind === 'requests' ? `n${stop.requests}` : `${stop.durationMs}ms`) },
  { of: (load) => load.pipelining, label: (load) => `p${load.pipelining}` },
  { of: (load) => load.rate, label: ({ rate }) => (rate === null ? 'closed' : `r${rate.perSecond}-${rate.arrivals}`) },
  { of: (load) => load.http, label: (load) => `h${load.http}` },
  { of: (load) => load.method, label: (load) => load.method },
  { of: (load) => load.path, label: (load) => load.path.replace(/^\//, '').slice(0, 32) || 'root' },
  { of: (load) => load.driver, label: (load) => load.driver },
  { of: (load) => load.warmup, label: ({ warmup }) => (warmup === null ? 'cold' : warmup.kind === 'requests' ? `w${warmup.requests}` : `w${warmup.durationMs}ms`) },
];
