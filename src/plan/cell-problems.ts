import { pathText, shown } from '../experiment/paths.ts';
import type { Experiment } from '../experiment/schema.ts';
import { cellFacts, matchesCell } from '../model/cell-match.ts';
import type { Problem } from '../model/errors.ts';
import type { CellMatch } from '../model/plan.ts';
import { type BareCell, compact } from './matrix.ts';

/** Partial cells of the experiment that no cell is meant by: nearly always a slip, and silent if it is let pass. */
export function matchProblems(
  experiment: Experiment,
  all: readonly BareCell[],
  chosen: readonly BareCell[],
): Problem[] {
  const { include, exclude, thresholds } = experiment;
  if (chosen.length === 0 && all.length > 0) {
    const missed = [...partial('include', include ?? [], all), ...partial('exclude', exclude, all)];
    return [...missed, { where: 'include / exclude', what: 'they leave no cell to measure' }];
  }
  return [
    ...partial('include', include ?? [], all),
    ...partial('exclude', exclude, all),
    ...thresholds.flatMap(({ match }, index) =>
      noMatch(`${pathText(['thresholds', index])}.match`, compact(match), chosen),
    ),
  ];
}

const partial = (key: string, matches: Experiment['exclude'], cells: readonly BareCell[]): Problem[] =>
  matches.flatMap((match, index) => noMatch(pathText([key, index]), compact(match), cells));

function noMatch(where: string, match: CellMatch, cells: readonly BareCell[]): Problem[] {
  if (cells.some((cell) => matchesCell(cell, match))) return [];
  for (const [key, value] of Object.entries(match)) {
    const known = [...new Set(cells.map((cell) => cellFacts(cell)[key]))].filter((one) => one !== undefined);
    if (known.includes(value)) continue;
    const list = known.slice(0, 10).map(shown).join(', ');
    const there = known.length === 0 ? 'no cell has one' : `cells have ${list}${known.length > 10 ? ', ...' : ''}`;
    return [{ where: `${where}.${key}`, what: `no cell has ${key} ${shown(value)}; ${there}` }];
  }
  return [{ where, what: 'no cell has all of these together' }];
}

/** Loads of the chosen cells that cannot be what they say. */
export function loadProblems(cells: readonly BareCell[]): Problem[] {
  const problems = cells.flatMap(({ load }): Problem[] => {
    const few = (where: string, stop: typeof load.stop | null): Problem[] =>
      stop?.kind === 'requests' && stop.requests < load.connections
        ? [
            {
              where,
              what: `${stop.requests.toLocaleString('en')} requests cannot keep ${load.connections.toLocaleString('en')} connections busy`,
              remedy: 'ask for as many requests as connections at least, or for a time',
            },
          ]
        : [];
    const idle: Problem[] =
      load.pipelining > 1 && !load.keepAlive
        ? [
            {
              where: 'load.pipelining',
              what: `a new connection for every request has nothing to pipeline, and ${load.pipelining} was asked for`,
              remedy: `exclude: [{ keepAlive: false, pipelining: ${load.pipelining} }]`,
            },
          ]
        : [];
    return [...few('load.requests', load.stop), ...few('load.warmup', load.warmup), ...idle];
  });
  return [...new Map(problems.map((one) => [`${one.where}\n${one.what}`, one])).values()];
}
