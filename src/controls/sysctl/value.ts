import type { Problem } from '../../model/errors.ts';
import { type SysctlInfo, sysctlInfo } from '../catalogue.ts';

export type Fault = Pick<Problem, 'what' | 'remedy'>;

/** Keys whose values are hexadecimal without a prefix. */
const BITMAP = /(mask|bitmap|_key)$/;

/** What is wrong with a value, whatever the kernel would make of it; null when it may be written. */
export function valueFault(key: string, value: string): Fault | null {
  const info = sysctlInfo(key);
  const tokens = value.trim().split(/\s+/);
  if (tokens[0] === '') return { what: 'it has no value, and an empty write does nothing', remedy: 'give a value' };
  if (/\p{Cc}/u.test(value.replaceAll('\t', ' ')))
    return { what: 'it is not one line of plain text', remedy: 'take the line break or control character out' };
  const based = tokens.find((token) => /^-?0(x|[0-9])/i.test(token));
  if (based !== undefined && (info === null ? !BITMAP.test(key) : isNumeric(info))) return basedFault(based);
  if (info === null) return null;
  if (info.type === 'ports') return portsFault(value);
  if (info.type === 'name' && tokens.length > 1) return { what: `"${value}" is not one name`, remedy: 'give one name' };
  return isNumeric(info) ? numbersFault(tokens, info) : null;
}

const isNumeric = ({ type }: SysctlInfo): boolean => ['flag', 'choice', 'integer', 'tuple'].includes(type);

const IN_DECIMAL = 'write it in decimal digits, without a unit';

/** The kernel reads `010` in base 8 and `0x10` in base 16. */
function basedFault(token: string): Fault {
  const digits = token.replace('-', '');
  const hex = /^0x[0-9a-f]+$/i.test(digits);
  const octal = /^0[0-7]+$/.test(digits);
  const read = hex ? BigInt(digits) : octal ? BigInt(`0o${digits.slice(1)}`) : null;
  if (read === null) return { what: `"${token}" is not a decimal whole number`, remedy: IN_DECIMAL };
  const decimal = octal ? BigInt(token.replace(/^(-?)0+(?=\d)/, '$1')) : read;
  const meant = token.startsWith('-') ? -read : read;
  return {
    what: `the kernel reads "${token}" as ${hex ? 'hexadecimal' : 'octal'}, ${meant}`,
    remedy: `write it in decimal: ${[...new Set([meant, octal ? decimal : meant])].join(' or ')}`,
  };
}

function numbersFault(tokens: readonly string[], info: SysctlInfo): Fault | null {
  const count = info.count ?? 1;
  if (tokens.length !== count) {
    const given = `${tokens.length} value${tokens.length === 1 ? '' : 's'}`;
    const effect = tokens.length < count ? 'would change only the first' : 'would drop the rest';
    const wanted = count === 1 ? 'one number' : `${count} numbers`;
    return { what: `it takes ${wanted}, not ${given}: the kernel ${effect}`, remedy: `give ${wanted}` };
  }
  const wrong = tokens.find((token) => !/^-?\d+$/.test(token));
  if (wrong !== undefined) return { what: `"${wrong}" is not a whole number`, remedy: IN_DECIMAL };
  const numbers = tokens.map(BigInt);
  const outside = numbers.find((number) => !within(number, info.range));
  if (outside !== undefined)
    return {
      what: rangeText(outside, info),
      remedy: info.choices === undefined ? 'give a number between the two' : 'give one of these',
    };
  if (info.type === 'tuple' && numbers.some((number, index) => index > 0 && number < (numbers[index - 1] as bigint))) {
    return {
      what: `${tokens.join(' ')} does not ascend; the kernel would accept that`,
      remedy: 'give the least first',
    };
  }
  const [first = 0n] = numbers;
  if (info.powerOfTwo === true && (first & (first - 1n)) !== 0n) {
    return { what: `the kernel rounds ${first} up to a power of two`, remedy: `write ${1n << bits(first)}` };
  }
  return null;
}

const bits = (number: bigint): bigint => BigInt(number.toString(2).length);

function within(number: bigint, range: SysctlInfo['range']): boolean {
  if (range === null) return true;
  const [low, high] = range.map(BigInt) as [bigint, bigint];
  return number >= low && number <= high;
}

function rangeText(number: bigint, { range, choices, unit }: SysctlInfo): string {
  if (choices !== undefined) {
    const all = Object.entries(choices).map(([value, meaning]) => `${value} (${meaning})`);
    return `${number} is none of ${all.join(', ')}`;
  }
  const [low, high] = range as [number | string, number | string];
  return `${number} is not within ${low} to ${high}${unit === null ? '' : ` (${unit})`}`;
}

function portsFault(value: string): Fault | null {
  const ends = value.split(',').map((part) => /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part.trim()));
  const sound = ends.every((end) => {
    const [low, high] = [Number(end?.[1]), Number(end?.[2] ?? end?.[1])];
    return end !== null && low <= high && high <= 65_535;
  });
  return sound && !/\s/.test(value.trim())
    ? null
    : { what: `"${value}" is no list of ports such as "8080,9000-9100"`, remedy: 'separate ports by commas alone' };
}
