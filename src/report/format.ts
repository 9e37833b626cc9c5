/** How a language writes numbers. */
export interface NumberStyle {
  /** Between groups of three digits. */
  group: string;
  decimal: string;
  /** Between the ends of a range. */
  range: string;
}

/** Figures for people. The raw ones are in results.json. */
export interface Formats {
  /** Whole number, grouped: 10,000. */
  count(n: number): string;
  /** Requests a second: whole from 100 on, else three significant digits. */
  rate(n: number): string;
  /** The headline's form: 9.2k, 124k, 1.2M; 850 under a thousand. */
  short(n: number): string;
  /** A duration in µs, in the unit that suits it, three significant digits: 850 µs, 1.23 ms, 12.3 s. */
  duration(us: number): string;
  /** Bytes in binary units, three significant digits. */
  bytes(n: number): string;
  /** A ratio: 2.68×; three significant digits under 1. */
  ratio(n: number): string;
  percent(fraction: number): string;
  range(low: string, high: string): string;
}

/** The steps of a unit: each holds `size` of the base unit. Ascending. */
type Units = readonly (readonly [size: number, name: string])[];

const DURATION: Units = [
  [1, 'µs'],
  [1e3, 'ms'],
  [1e6, 's'],
];
const BYTES: Units = [
  [1, 'B'],
  [1024, 'KiB'],
  [1024 ** 2, 'MiB'],
  [1024 ** 3, 'GiB'],
  [1024 ** 4, 'TiB'],
];

export function formats(style: NumberStyle): Formats {
  const written = (n: number, decimals: number): string => {
    const [whole = '', fraction] = Math.abs(n).toFixed(decimals).split('.');
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, style.group);
    const sign = n < 0 && Number(n.toFixed(decimals)) !== 0 ? '-' : '';
    return `${sign}${grouped}${fraction === undefined ? '' : style.decimal + fraction}`;
  };
  const significant = (n: number): string => written(n, decimalsFor(n));
  const inUnits = (n: number, units: Units, wholeBase: boolean): string => {
    const [size, name] = unitFor(n, units);
    const whole = wholeBase && size === 1 && Number.isInteger(n);
    return `${whole ? written(n, 0) : significant(n / size)} ${name}`;
  };
  return {
    count: (n) => written(n, 0),
    rate: significant,
    short: (n) => {
      if (Math.abs(n) < 999.5) return significant(n);
      const [size, name] = Math.abs(n) < 999_500 ? [1e3, 'k'] : [1e6, 'M'];
      const scaled = n / size;
      return `${written(scaled, Math.abs(scaled) < 99.95 ? 1 : 0)}${name}`;
    },
    duration: (us) => inUnits(us, DURATION, true),
    bytes: (n) => inUnits(n, BYTES, true),
    ratio: (n) => `${written(n, Math.max(2, decimalsFor(n)))}×`,
    percent: (fraction) => `${significant(fraction * 100)}%`,
    range: (low, high) => (low === high ? low : `${low}${style.range}${high}`),
  };
}

/** Decimals that give three significant digits; never fewer digits than the whole part has. */
function decimalsFor(n: number): number {
  if (n === 0 || !Number.isFinite(n)) return 0;
  const magnitude = Math.floor(Math.log10(Math.abs(Number(n.toPrecision(3)))));
  return Math.min(6, Math.max(0, 2 - magnitude));
}

/** The largest unit that holds at least one of it, after rounding: 999.7 µs is 1.00 ms. */
function unitFor(n: number, units: Units): readonly [number, string] {
  const rounded = Math.max(Math.abs(n), Math.abs(Number(n.toPrecision(3))));
  return units.findLast(([size]) => rounded >= size) ?? (units[0] as readonly [number, string]);
}
