import type { Problem } from '../../model/errors.ts';
import type { Settings } from '../../model/plan.ts';
import { PAIRS } from '../coupled.ts';

/** Two names of one variable. */
const ALIASES: readonly (readonly [string, string])[] = [['net.netfilter.nf_conntrack_max', 'net.nf_conntrack_max']];

/** Settings that are sound one by one and cannot be in force together. */
export function togetherProblems(sysctl: Settings['sysctl']): Problem[] {
  const both = (a: string, b: string): boolean => sysctl[a] !== undefined && sysctl[b] !== undefined;
  const either = (a: string, b: string, why: string): Problem => ({
    where: `sysctl.${b}`,
    what: `"${a}" is set as well, and ${why}`,
    remedy: 'set one of the two',
  });
  const aliases = ALIASES.filter(([a, b]) => both(a, b)).map(([a, b]) => either(a, b, 'they are one variable'));
  const pairs = PAIRS.filter(({ first, second }) => both(first, second)).flatMap(
    ({ kind, first, second }): Problem[] => {
      if (kind === 'exclusive') return [either(first, second, 'setting one zeroes the other')];
      const [lower, upper] = [leading(sysctl[first]?.value), leading(sysctl[second]?.value)];
      if (kind !== 'bounded' || !(lower > upper)) return [];
      return [
        {
          where: `sysctl.${second}`,
          what: `it begins at ${upper}, below "${first}", ${lower}; the kernel refuses that`,
          remedy: 'raise the one or lower the other',
        },
      ];
    },
  );
  return [...aliases, ...pairs];
}

const leading = (value: string | undefined): number => Number((value ?? '').trim().split(/\s+/)[0]);
