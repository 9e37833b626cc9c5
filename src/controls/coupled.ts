/**
 * Kernel settings that change or bound one another, and what that asks of whoever writes and restores them.
 * Sources: mm/page-writeback.c, mm/util.c, net/ipv4/tcp_cong.c, net/ipv4/sysctl_net_ipv4.c, kernel/sched/rt.c.
 */

/** A value at a path under /proc/sys. */
export interface Write {
  path: string;
  value: string;
}

/** Two keys, and what they do to each other. */
export type Pair = { first: string; second: string } & (
  | {
      /**
       * Writing one zeroes the other: only the member that is not 0 is in force, and only it may be written back. `first` is
       * the ratio, which alone may be 0.
       */
      kind: 'exclusive';
    }
  | {
      /** Writing `first` also extends `second`: it is written first, and `second` has the last word. */
      kind: 'spills';
    }
  | {
      /** The kernel refuses a write that would leave `first` above the leading number of `second`. */
      kind: 'bounded';
    }
);

export const PAIRS: readonly Pair[] = [
  { kind: 'exclusive', first: 'vm.dirty_ratio', second: 'vm.dirty_bytes' },
  { kind: 'exclusive', first: 'vm.dirty_background_ratio', second: 'vm.dirty_background_bytes' },
  { kind: 'exclusive', first: 'vm.overcommit_ratio', second: 'vm.overcommit_kbytes' },
  { kind: 'spills', first: 'net.ipv4.tcp_congestion_control', second: 'net.ipv4.tcp_allowed_congestion_control' },
  { kind: 'bounded', first: 'net.ipv4.ip_unprivileged_port_start', second: 'net.ipv4.ip_local_port_range' },
  { kind: 'bounded', first: 'kernel.sched_rt_runtime_us', second: 'kernel.sched_rt_period_us' },
];

const PATHS = PAIRS.map(({ kind, first, second }) => ({ kind, first: pathOf(first), second: pathOf(second) }));

function pathOf(key: string): string {
  return `/proc/sys/${key.replaceAll('.', '/')}`;
}

/** Paths that a write to this one may change beside it: their old values are saved too. [] for most. */
export function companionsOf(path: string): string[] {
  return PATHS.flatMap((pair) => {
    if (pair.kind === 'bounded') return [];
    if (pair.first === path) return [pair.second];
    return pair.second === path && pair.kind === 'exclusive' ? [pair.first] : [];
  });
}

/**
 * The same writes in an order in which the kernel takes them all, whatever order they came in; unrelated ones keep theirs.
 * `current` tells what a path reads now.
 */
export function orderWrites<T extends Write>(writes: readonly T[], current: (path: string) => string | undefined): T[] {
  const ordered = [...writes];
  for (const pair of PATHS) {
    const first = ordered.findIndex((write) => write.path === pair.first);
    const second = ordered.findIndex((write) => write.path === pair.second);
    if (first === -1 || second === -1) continue;
    // The upper one goes first where it stays above what the lower one is now; else the lower one has to come down first.
    const upperFirst =
      pair.kind === 'bounded' && leading(ordered[second]?.value) >= leading(current(pair.first) ?? '0');
    if (upperFirst === first < second) {
      const [a, b] = [ordered[first] as T, ordered[second] as T];
      ordered[first] = b;
      ordered[second] = a;
    }
  }
  return ordered;
}

/**
 * What to write so that the saved values are in force again, in order. Of an exclusive pair only the member that was not 0
 * is written; where both were 0 the ratio takes a detour, because writing what it reads already does nothing.
 * An empty value becomes a line break: an empty write does nothing.
 */
export function restoreWrites(saved: readonly Write[], current: (path: string) => string | undefined): Write[] {
  const inForce = (path: string): boolean => saved.some((write) => write.path === path && !sameValue(write.value, '0'));
  const needed = saved.flatMap((write): Write[] => {
    const pair = PATHS.find(
      ({ kind, first, second }) => kind === 'exclusive' && (first === write.path || second === write.path),
    );
    if (pair === undefined || inForce(write.path)) return [write];
    if (write.path === pair.second || inForce(pair.second)) return [];
    return [{ path: write.path, value: '1' }, write];
  });
  return orderWrites(needed, current).map(({ path, value }) => ({ path, value: value.trim() === '' ? '\n' : value }));
}

const leading = (value: string | undefined): number => Number((value ?? '').trim().split(/\s+/)[0]);

/**
 * Whether two texts are one value to the kernel: blanks between numbers, `010` for 8 and `0x10` for 16, merged lists of
 * ports, the order of names in a list, and the choice in brackets (`always [madvise] never`) do not count.
 */
export function sameValue(a: string, b: string): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: string): string {
  const chosen = /\[([^\]\s]+)\]/.exec(value)?.[1];
  const tokens = (chosen ?? value).trim().split(/\s+/);
  if (tokens.length === 1 && /^\d+(-\d+)?(,\d+(-\d+)?)+$/.test(tokens[0] as string)) return ports(tokens[0] as string);
  if (tokens.some((token) => /^-?\d/.test(token))) return tokens.map(number).join(' ');
  return tokens.sort().join(' ');
}

/** A number as the kernel reads it (base 8 after `0`, 16 after `0x`); other text as it is. */
function number(token: string): string {
  const parts = /^(-?)(?:0x([0-9a-f]+)|0([0-7]+)|(\d+))$/i.exec(token);
  if (parts === null) return token;
  const [, sign, hex, octal, decimal] = parts;
  const size = BigInt(hex !== undefined ? `0x${hex}` : octal !== undefined ? `0o${octal}` : (decimal as string));
  return String(sign === '-' ? -size : size);
}

/** `5,1-2,3` -> `1-3,5`. */
function ports(list: string): string {
  const ranges = list
    .split(',')
    .map((part) => part.split('-').map(Number))
    .map(([low, high]) => ({ low: low as number, high: high ?? (low as number) }))
    .sort((a, b) => a.low - b.low);
  const merged: typeof ranges = [];
  for (const range of ranges) {
    const last = merged.at(-1);
    if (last !== undefined && range.low <= last.high + 1) last.high = Math.max(last.high, range.high);
    else merged.push(range);
  }
  return merged.map(({ low, high }) => (low === high ? `${low}` : `${low}-${high}`)).join(',');
}
