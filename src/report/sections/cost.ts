import type { CellFacts, Facts } from '../facts.ts';
import type { Figure } from '../figures.ts';
import type { Words } from '../words.ts';
import type { Section } from './section.ts';
import { byLoad, loadHeading } from './summary.ts';

export interface CostView {
  severalEnvironments: boolean;
  /** Whether any load has a column of it. */
  perConnection: boolean;
  timeWait: boolean;
  /** Whether the CPU time of any row is not known. */
  cpuUnknown: boolean;
  /** One table for each load of which something was observed. */
  groups: CostGroup[];
}

interface CostGroup {
  /** Driver and load. */
  heading: string;
  /** Whether this load has the column: something of it is known. */
  perConnection: boolean;
  timeWait: boolean;
  rows: CostRow[];
}

/** Medians over trials; null where it was not observed. */
interface CostRow {
  server: string;
  environment: string;
  cores: Figure | null;
  cpuPerRequest: Figure | null;
  requestsPerCpuSecond: Figure | null;
  memory: Figure | null;
  memoryPerConnection: Figure | null;
  /** Of fresh connections: kept ones leave none but by the way. */
  timeWait: Figure | null;
}

/** What the load cost the server: CPU, memory, sockets in TIME_WAIT. Cells of which nothing was observed have no row. */
export const cost: Section<CostView> = (facts) => {
  const groups = byLoad(facts).flatMap(([load, cells]) => groupOf(load, cells, facts));
  if (groups.length === 0) return null;
  return {
    severalEnvironments: facts.severalEnvironments,
    perConnection: groups.some((group) => group.perConnection),
    timeWait: groups.some((group) => group.timeWait),
    cpuUnknown: groups.some(({ rows }) => rows.some(({ cores }) => cores === null)),
    groups,
  };
};

function groupOf(load: string, cells: readonly CellFacts[], { words }: Facts): CostGroup[] {
  const rows = cells.map((cell) => rowOf(cell, words)).filter(observed);
  if (rows.length === 0) return [];
  return [
    {
      heading: loadHeading(load, cells, words),
      perConnection: rows.some((row) => row.memoryPerConnection !== null),
      timeWait: rows.some((row) => row.timeWait !== null),
      rows,
    },
  ];
}

function rowOf(cell: CellFacts, words: Words): CostRow {
  const { result } = cell;
  const figure = (value: number | null, text: (value: number) => string): Figure | null =>
    value === null ? null : cell.figure(text(value));
  return {
    server: cell.server,
    environment: cell.environment,
    cores: figure(result.serverCpuCores, words.rate),
    cpuPerRequest: figure(result.serverCpuUsPerRequest, words.duration),
    requestsPerCpuSecond: figure(result.requestsPerServerCpuSecond, words.rate),
    memory: figure(result.serverRssBytes, words.bytes),
    memoryPerConnection: figure(result.serverRssBytesPerConnection, words.bytes),
    timeWait: figure(result.load.keepAlive ? null : result.timeWaitMax, words.count),
  };
}

const observed = ({ cores, cpuPerRequest, memory, timeWait }: CostRow): boolean =>
  [cores, cpuPerRequest, memory, timeWait].some((figure) => figure !== null);
