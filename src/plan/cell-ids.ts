import type { Load } from '../model/plan.ts';

interface Place {
  server: string;
  environment: string;
  load: Load;
}

const LONGEST_LABEL = 64;

/**
 * Gives cells their ids: `nginx.stock.c100-fresh`. Server, environment, connections and whether they are kept are always
 * there, of the rest of the load only what varies. File-name safe, and unique.
 */
export function cellIds<T extends Place>(cells: readonly T[]): (T & { id: string })[] {
  const label = labeller(cells.map((cell) => cell.load));
  const free = freeIds();
  return cells.map((cell) => ({ id: free(`${cell.server}.${cell.environment}.${label(cell.load)}`), ...cell }));
}

/** The wanted id, or where it is taken the next free one with a number. Each goes on counting where it stopped. */
function freeIds(): (wanted: string) => string {
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  return (wanted) => {
    let id = wanted;
    let count = counts.get(wanted) ?? 1;
    while (taken.has(id)) {
      count += 1;
      id = `${wanted}-${count}`;
    }
    counts.set(wanted, count);
    taken.add(id);
    return id;
  };
}

function labeller(loads: readonly Load[]): (load: Load) => string {
  const varying = PARTS.filter(({ of }) => new Set(loads.map((load) => JSON.stringify(of(load)))).size > 1);
  const ordinals = new Map(
    [headersOf, bodyOf].map((of) => {
      const distinct = [...new Set(loads.map((load) => JSON.stringify(of(load))))];
      return [of, new Map(distinct.map((text, index) => [text, index + 1]))];
    }),
  );
  const ordinal = (of: (load: Load) => unknown, load: Load): number =>
    ordinals.get(of)?.get(JSON.stringify(of(load))) ?? 1;
  return (load) => {
    const parts = varying.map(({ of, label }) => label(load, ordinal(of, load)));
    const text = [`c${load.connections}`, load.keepAlive ? 'kept' : 'fresh', ...parts].join('-');
    return text.replace(/[^A-Za-z0-9._-]+/g, '_').slice(0, LONGEST_LABEL);
  };
}

const headersOf = (load: Load): unknown => load.headers;
const bodyOf = (load: Load): unknown => load.body;

/** What an id tells of a load where loads differ in it. Headers and bodies are told by their number. */
const PARTS: readonly { of: (load: Load) => unknown; label: (load: Load, ordinal: number) => string }[] = [
  {
    of: (load) => load.stop,
    label: ({ stop }) => (stop.kind === 'requests' ? `n${stop.requests}` : timeText(stop.durationMs)),
  },
  { of: (load) => load.pipelining, label: (load) => `p${load.pipelining}` },
  {
    of: (load) => load.rate,
    label: ({ rate }) =>
      rate === null ? 'closed' : `r${rate.perSecond}${rate.arrivals === 'poisson' ? '-poisson' : ''}`,
  },
  { of: (load) => load.http, label: (load) => `h${load.http}` },
  { of: (load) => load.method, label: (load) => load.method.toLowerCase() },
  { of: (load) => load.path, label: (load) => load.path.slice(1, 33) || 'root' },
  { of: (load) => load.driver, label: (load) => load.driver },
  { of: (load) => load.timeoutMs, label: (load) => `timeout${timeText(load.timeoutMs)}` },
  {
    // A warm-up that follows from the rest of the load says nothing new.
    of: ({ warmup }) => (warmup?.kind === 'duration' ? warmup.durationMs : warmup === null ? null : 'requests'),
    label: ({ warmup }) => {
      if (warmup === null) return 'cold';
      return warmup.kind === 'requests' ? `w${warmup.requests}` : `w${timeText(warmup.durationMs)}`;
    },
  },
  { of: headersOf, label: (_, ordinal) => `headers${ordinal}` },
  { of: bodyOf, label: (_, ordinal) => `body${ordinal}` },
];

const timeText = (ms: number): string => (ms >= 1_000 && ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`);
