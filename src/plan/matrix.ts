import type { LoadDefinition } from '../experiment/load.ts';
import type { Experiment } from '../experiment/schema.ts';
import { matchesCell } from '../model/cell-match.ts';
import type { Cell, CellMatch, Load } from '../model/plan.ts';
import { cellIds } from './cell-ids.ts';

/** A cell before its settings are merged. */
export type BareCell = Omit<Cell, 'settings' | 'skip'>;

/** Expanded matrices are held in memory, and each cell takes seconds at least: beyond this it is a mistake. */
export const MOST_CELLS = 20_000;

const DEFAULT_MS = 10_000;
const DEFAULT_CONNECTIONS = 10;

/** servers x environments x loads: every combination, before include and exclude. */
export function fullMatrix({ servers, environments, load }: Experiment): BareCell[] {
  const loads = distinct((Array.isArray(load) ? load : [load]).flatMap(loadsOf));
  const places = servers.flatMap(({ name: server }) =>
    Object.keys(environments).map((environment) => ({ server, environment })),
  );
  return cellIds(places.flatMap((place) => loads.map((one) => ({ ...place, load: one }))));
}

/** How many cells the full matrix has, without making it. */
export function matrixSize({ servers, environments, load }: Experiment): number {
  const axes = (one: LoadDefinition): number =>
    Object.values(one).reduce((count, values) => count * (Array.isArray(values) ? values.length : 1), 1);
  const loads = (Array.isArray(load) ? load : [load]).map(axes).reduce((sum, count) => sum + count, 0);
  return servers.length * Object.keys(environments).length * loads;
}

/** What include keeps and exclude does not drop. */
export function chosenCells(cells: readonly BareCell[], { include, exclude }: Experiment): BareCell[] {
  return cells
    .filter((cell) => include === undefined || include.some((match) => matchesCell(cell, compact(match))))
    .filter((cell) => !exclude.some((match) => matchesCell(cell, compact(match))));
}

/** A partial cell without the keys that are only there as undefined. */
export const compact = (match: Readonly<Record<string, string | number | boolean | undefined>>): CellMatch =>
  Object.fromEntries(Object.entries(match).filter(([, value]) => value !== undefined)) as CellMatch;

/** Every combination of a load's axes, in the order in which they are written. */
function loadsOf(axes: LoadDefinition): Load[] {
  const { requests, duration, rate, warmup, arrivals, timeout, body, ...rest } = axes;
  const stops: Load['stop'][] =
    requests?.map((count) => ({ kind: 'requests', requests: count })) ??
    (duration ?? [DEFAULT_MS]).map((ms) => ({ kind: 'duration', durationMs: ms }));
  const rates = rate?.flatMap((perSecond) => arrivals.map((one): Load['rate'] => ({ perSecond, arrivals: one })));
  const combinations = product({
    ...rest,
    connections: axes.connections ?? [null],
    stop: stops,
    rate: rates ?? [null],
    body: body ?? [null],
    timeoutMs: timeout,
    asked: warmup ?? [undefined],
  });
  return combinations.map(({ asked, connections, ...load }) => {
    const count = connections ?? defaultConnections(load.stop);
    return { ...load, connections: count, warmup: warmupOf(asked, load.stop, count) };
  });
}

const defaultConnections = (stop: Load['stop']): number =>
  stop.kind === 'requests' ? Math.min(DEFAULT_CONNECTIONS, stop.requests) : DEFAULT_CONNECTIONS;

/**
 * By default a tenth of the work, so that caches, allocators and JIT compilers are warm, and every connection at least
 * once: a load of fewer requests than connections is another load.
 */
function warmupOf(
  asked: NonNullable<LoadDefinition['warmup']>[number] | undefined,
  stop: Load['stop'],
  connections: number,
): Load['warmup'] {
  if (asked === false) return null;
  if (typeof asked === 'number') return { kind: 'duration', durationMs: asked };
  if (asked !== undefined) return { kind: 'requests', requests: asked.requests };
  if (stop.kind === 'duration') return { kind: 'duration', durationMs: 1_000 };
  return { kind: 'requests', requests: Math.max(connections, Math.round(stop.requests / 10)) };
}

type Axes = Readonly<Record<string, readonly unknown[]>>;
type Point<A extends Axes> = { [K in keyof A]: A[K][number] };

function product<A extends Axes>(axes: A): Point<A>[] {
  return Object.entries(axes).reduce<Record<string, unknown>[]>(
    (points, [key, values]) => points.flatMap((point) => values.map((value) => ({ ...point, [key]: value }))),
    [{}],
  ) as Point<A>[];
}

const distinct = (loads: readonly Load[]): Load[] => [
  ...new Map(loads.map((load) => [JSON.stringify(load), load])).values(),
];
