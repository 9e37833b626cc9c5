import type { Problem } from '../model/errors.ts';
import { nearest } from './nearest.ts';

type Fields = Record<string, unknown>;

/**
 * What no field can say by itself: names that must be unique or known. Works on the definition as written, so that these
 * problems are told together with those of single fields.
 */
export function crossProblems(given: unknown): Problem[] {
  const experiment = fieldsOf(given);
  const servers = listOf(experiment['servers']).map((server) => fieldsOf(server)['name']);
  const environments = experiment['environments'] === undefined ? ['default'] : Object.keys(fieldsOf(experiment['environments']));
  const known = (where: string, value: unknown, names: unknown[], what: string): Problem[] => {
    if (value === undefined || typeof value !== 'string' || names.includes(value)) return [];
    const suggestion = nearest(value, names.filter((one) => typeof one === 'string'));
    const meant = suggestion === null ? `expected one of ${names.join(', ')}` : `did you mean "${suggestion}"?`;
    return [{ where, what: `no ${what} is called "${value}"; ${meant}` }];
  };
  const place = (where: string, value: unknown): Problem[] => [
    ...known(`${where}.server`, fieldsOf(value)['server'], servers, 'server'),
    ...known(`${where}.environment`, fieldsOf(value)['environment'], environments, 'environment'),
  ];
  const { baseline } = experiment;
  return [
    ...repeatedNames(servers),
    ...(environments.length === 0 ? [{ where: 'environments', what: 'expected at least one environment' }] : []),
    ...listOf(experiment['include']).flatMap((one, index) => place(`include[${index}]`, one)),
    ...listOf(experiment['exclude']).flatMap((one, index) => place(`exclude[${index}]`, one)),
    ...listOf(experiment['thresholds']).flatMap((one, index) => place(`thresholds[${index}].match`, fieldsOf(one)['match'])),
    ...(typeof baseline === 'string' ? known('baseline', baseline, servers, 'server') : place('baseline', baseline)),
  ];
}

function repeatedNames(names: readonly unknown[]): Problem[] {
  return names.flatMap((name, index) => {
    const first = names.indexOf(name);
    if (name === undefined || first === index) return [];
    return [{ where: `servers[${index}].name`, what: `${JSON.stringify(name)} is the name of servers[${first}] already` }];
  });
}

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
