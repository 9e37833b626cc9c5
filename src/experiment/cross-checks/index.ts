import type { Problem } from '../../model/errors.ts';
import { fieldsOf, listOf } from './given.ts';
import { loadProblems } from './loads.ts';
import { nameProblems } from './names.ts';
import { serverProblems } from './servers.ts';

/**
 * What no field can say by itself. These work on the definition as written and take nothing for granted, so that their
 * problems are told together with those of single fields.
 */
export function crossProblems(given: unknown): Problem[] {
  const { load, servers, thresholds } = fieldsOf(given);
  return [
    ...nameProblems(given),
    ...listOf(servers).flatMap((server, index) => serverProblems(server, `servers[${index}]`)),
    ...(Array.isArray(load)
      ? load.flatMap((one, index) => loadProblems(one, `load[${index}]`))
      : loadProblems(load, 'load')),
    ...listOf(thresholds).flatMap((one, index) => boundProblems(one, `thresholds[${index}]`)),
  ];
}

function boundProblems(threshold: unknown, where: string): Problem[] {
  const { min, max } = fieldsOf(threshold);
  if (min === undefined && max === undefined) return [{ where, what: 'expected min, max or both' }];
  if (typeof min === 'number' && typeof max === 'number' && min > max) {
    return [{ where, what: `expected min to be at most max, got ${min} and ${max}` }];
  }
  return [];
}
