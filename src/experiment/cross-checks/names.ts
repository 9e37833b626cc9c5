import type { Problem } from '../../model/errors.ts';
import { suggestion } from '../nearest.ts';
import { pathText, shown } from '../paths.ts';
import { fieldsOf, isText, listOf } from './given.ts';

/** Names that must be unique, and names that must be known. */
export function nameProblems(given: unknown): Problem[] {
  const { servers, environments, include, exclude, thresholds, baseline } = fieldsOf(given);
  const names = listOf(servers).map((server) => fieldsOf(server).name);
  const known = {
    server: [...new Set(names.filter(isText))],
    environment: environments === undefined ? ['default'] : Object.keys(fieldsOf(environments)),
  };
  const place = (where: string, cell: unknown): Problem[] =>
    (['server', 'environment'] as const).flatMap((kind) =>
      unknownName(`${where}.${kind}`, kind, fieldsOf(cell)[kind], known[kind]),
    );
  const partial = (key: string, cells: unknown): Problem[] =>
    listOf(cells).flatMap((cell, index) => place(`${key}[${index}]`, cell));
  return [
    ...repeatedNames(names),
    ...(environments !== undefined && known.environment.length === 0
      ? [{ where: 'environments', what: 'expected at least one environment' }]
      : []),
    ...partial('include', include),
    ...partial('exclude', exclude),
    ...listOf(thresholds).flatMap((one, index) => place(`thresholds[${index}].match`, fieldsOf(one).match)),
    ...(isText(baseline) ? unknownName('baseline', 'server', baseline, known.server) : place('baseline', baseline)),
    ...(isEmpty(baseline) ? [{ where: 'baseline', what: 'expected server, environment or both' }] : []),
  ];
}

function unknownName(where: string, kind: string, value: unknown, known: readonly string[]): Problem[] {
  if (!isText(value) || known.includes(value) || known.length === 0) return [];
  return [{ where, what: `no ${kind} is called ${shown(value)}; ${suggestion(value, known)}` }];
}

function repeatedNames(names: readonly unknown[]): Problem[] {
  return names.flatMap((name, index) => {
    const first = names.indexOf(name);
    if (!isText(name) || first === index) return [];
    const what = `${shown(name)} is the name of servers[${first}] already`;
    return [
      {
        where: pathText(['servers', index, 'name']),
        what,
        remedy: '{ ...recipe, name: "another-name" } measures a recipe twice',
      },
    ];
  });
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.values(value).every((one) => one === undefined);
