import { z } from 'zod';

/** `auto`: placed by the machine's topology; false: not pinned; else exactly these, ascending. */
export type CpuChoice = 'auto' | false | number[];

const EXPECTED = 'expected CPU numbers such as [0, 1] or "0-1,3", "auto" or false';
/** Above what the kernel can be built for (CONFIG_NR_CPUS). */
const HIGHEST = 8_191;
const RANGE = /^(\d{1,4})(?:-(\d{1,4}))?$/;

export const cpuChoice = z
  .union(
    [
      z.literal('auto'),
      z.literal(false),
      z.array(z.int().nonnegative().max(HIGHEST)).min(1),
      z.string().refine((text) => cpuNumbers(text) !== null, EXPECTED),
    ],
    { error: EXPECTED },
  )
  .transform((given): CpuChoice => {
    if (given === 'auto' || given === false) return given;
    return Array.isArray(given) ? ascending(given) : (cpuNumbers(given) ?? []);
  });

/** The kernel's list form, "0-2,5", as numbers; null for anything else. */
function cpuNumbers(list: string): number[] | null {
  const parts = list.split(',').map((part) => RANGE.exec(part.trim()));
  const numbers = parts.flatMap((part) => {
    if (part === null) return [null];
    const [from, to] = [Number(part[1]), Number(part[2] ?? part[1])];
    if (to < from || to > HIGHEST) return [null];
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
  return numbers.every((one) => one !== null) ? ascending(numbers) : null;
}

const ascending = (numbers: readonly number[]): number[] => [...new Set(numbers)].sort((a, b) => a - b);
