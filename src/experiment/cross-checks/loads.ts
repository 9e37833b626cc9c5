import type { Problem } from '../../model/errors.ts';
import { shown } from '../paths.ts';
import { axisOf, fieldsOf } from './given.ts';

/** Headers that the load itself decides. Sent twice, or against what the connections do, they make another load. */
const OWN_HEADERS: Readonly<Record<string, string>> = {
  connection: 'keepAlive decides it',
  'keep-alive': 'keepAlive decides it',
  'content-length': 'body decides it',
  'transfer-encoding': 'body decides it',
};

/** Fields of a load that contradict each other. */
export function loadProblems(given: unknown, where: string): Problem[] {
  const { requests, duration, rate, arrivals, headers } = fieldsOf(given);
  const problems: Problem[] = [];
  const add = (key: string, what: string): void => void problems.push({ where: `${where}.${key}`, what });
  if (requests !== undefined && duration !== undefined)
    add('duration', 'expected either requests or duration, not both');
  if (requests !== undefined && rate !== undefined) {
    add('requests', 'expected duration instead, because of rate: an open loop runs for a time');
  }
  if (rate === undefined && arrivals !== undefined)
    add('arrivals', 'expected rate as well: arrivals belong to an open loop');
  for (const one of axisOf(headers)) problems.push(...headerProblems(one, `${where}.headers`));
  return problems;
}

function headerProblems(headers: unknown, where: string): Problem[] {
  const names = Object.keys(fieldsOf(headers));
  return names.flatMap((name, index) => {
    const lower = name.toLowerCase();
    const at = `${where}[${shown(name)}]`;
    const own = Object.hasOwn(OWN_HEADERS, lower) ? OWN_HEADERS[lower] : undefined;
    if (own !== undefined) return [{ where: at, what: `is not the experiment's to set: ${own}` }];
    const twice = names.findIndex((other) => other.toLowerCase() === lower) < index;
    return twice ? [{ where: at, what: 'is there twice, in other letters' }] : [];
  });
}
