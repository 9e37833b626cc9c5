import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { companionsOf, orderWrites, restoreWrites, sameValue, type Write } from './coupled.ts';

const RATIO = '/proc/sys/vm/dirty_ratio';
const BYTES = '/proc/sys/vm/dirty_bytes';
const START = '/proc/sys/net/ipv4/ip_unprivileged_port_start';
const RANGE = '/proc/sys/net/ipv4/ip_local_port_range';
const CHOSEN = '/proc/sys/net/ipv4/tcp_congestion_control';
const ALLOWED = '/proc/sys/net/ipv4/tcp_allowed_congestion_control';

/** What the kernel does with these files (mm/page-writeback.c, sysctl_net_ipv4.c, tcp_cong.c). Refusals throw. */
function kernelOf(state: Record<string, string>) {
  const write = ({ path, value }: Write): void => {
    const old = state[path];
    const first = (text: string | undefined): number => Number(text?.split(' ')[0]);
    if (path === BYTES && Number(value) < 8192) throw new Error('EINVAL');
    if (path === START && first(value) > first(state[RANGE])) throw new Error('EINVAL');
    if (path === RANGE && first(value) < first(state[START])) throw new Error('EINVAL');
    state[path] = value;
    if (path === RATIO && value !== old) state[BYTES] = '0';
    if (path === BYTES && value !== old) state[RATIO] = '0';
    if (path === CHOSEN && !state[ALLOWED]?.split(' ').includes(value)) state[ALLOWED] = `${state[ALLOWED]} ${value}`;
  };
  return { state, write, current: (path: string) => state[path] };
}

const dirty = fc.oneof(
  fc.integer({ min: 0, max: 100 }).map((ratio) => ({ [RATIO]: String(ratio), [BYTES]: '0' })),
  fc.integer({ min: 8192, max: 1e9 }).map((bytes) => ({ [RATIO]: '0', [BYTES]: String(bytes) })),
);
const ports = fc
  .tuple(fc.integer({ min: 0, max: 65_000 }), fc.integer({ min: 0, max: 65_000 }))
  .map(([a, b]) => ({ [START]: String(Math.min(a, b)), [RANGE]: `${Math.max(a, b)} 65535` }));
const algorithms = fc
  .constantFrom('reno', 'cubic', 'bbr')
  .map((name) => ({ [CHOSEN]: name, [ALLOWED]: `reno ${name}` }));
const states = fc.tuple(dirty, ports, algorithms).map((parts) => Object.assign({}, ...parts) as Record<string, string>);

describe('a kernel that was set and is restored', () => {
  it('is as it was, whatever the old state, the new one and the order of what is asked', () => {
    const asked = fc.tuple(states, fc.constantFrom(RATIO, BYTES), fc.boolean()).map(([wanted, dirtyPath, reversed]) => {
      const paths = [dirtyPath, START, RANGE, CHOSEN].filter((path) => path !== BYTES || wanted[BYTES] !== '0');
      const writes = paths.map((path) => ({ path, value: wanted[path] as string }));
      return reversed ? writes.reverse() : writes;
    });
    fc.assert(
      fc.property(states, asked, (before, writes) => {
        const kernel = kernelOf({ ...before });
        const touched = [...new Set(writes.flatMap(({ path }) => [path, ...companionsOf(path)]))];
        const saved = touched.map((path) => ({ path, value: before[path] as string }));
        for (const write of orderWrites(writes, kernel.current)) kernel.write(write);
        for (const { path, value } of writes) expect(kernel.state[path]).toBe(value);
        for (const write of restoreWrites(saved, kernel.current)) kernel.write(write);
        expect(kernel.state).toEqual(before);
      }),
    );
  });

  it('never has 0 written to the bytes of a pair, nor the ratio where the bytes ruled', () => {
    const restored = (ratio: string, bytes: string) =>
      restoreWrites(
        [
          { path: RATIO, value: ratio },
          { path: BYTES, value: bytes },
        ],
        () => undefined,
      );
    expect(restored('20', '0')).toEqual([{ path: RATIO, value: '20' }]);
    expect(restored('0', '65536')).toEqual([{ path: BYTES, value: '65536' }]);
    expect(restored('0', '0')).toEqual([
      { path: RATIO, value: '1' },
      { path: RATIO, value: '0' },
    ]);
  });

  it('gets a line break for an empty list, since an empty write does nothing', () => {
    const path = '/proc/sys/net/ipv4/ip_local_reserved_ports';
    expect(restoreWrites([{ path, value: '' }], () => undefined)).toEqual([{ path, value: '\n' }]);
  });
});

describe('companions', () => {
  it.each([
    [BYTES, [RATIO]],
    [RATIO, [BYTES]],
    [CHOSEN, [ALLOWED]],
    [ALLOWED, []],
    [RANGE, []],
    ['/proc/sys/net/core/somaxconn', []],
  ])('of %s: %j', (path, expected) => {
    expect(companionsOf(path)).toEqual(expected);
  });
});

it('leaves unrelated writes in their order', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.constantFrom('/a', '/b', RANGE, RATIO, '/c')), (paths) => {
      const writes = paths.map((path) => ({ path, value: '1' }));
      expect(orderWrites(writes, () => undefined)).toEqual(writes);
    }),
  );
});

describe('one value in two spellings', () => {
  it.each([
    ['4096\t131072\t6291456\n', '4096 131072 6291456', true],
    ['010', '8', true],
    ['0x10', '16', true],
    ['-0x10', '-16', true],
    ['9223372036854775807', '9223372036854775806', false],
    ['always [madvise] never', 'madvise', true],
    ['always [madvise] never', 'always', false],
    ['1-3,5', '5,1,2-3', true],
    ['1-3,5', '1-3,6', false],
    ['reno bbr', 'bbr reno', true],
    ['reno bbr', 'reno', false],
    ['1 2 3', '3 2 1', false],
    ['1 2', '1 2 3', false],
    ['', '\n', true],
    ['', '0', false],
  ])('%j and %j: %s', (a, b, same) => {
    expect(sameValue(a, b)).toBe(same);
    expect(sameValue(b, a)).toBe(same);
  });

  it('never throws, and every text is the same as itself', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(sameValue(text, ` ${text}\n`)).toBe(true);
      }),
    );
  });
});

describe('this kernel, as root in a fresh network namespace', () => {
  /** Writes in turn, each as the kernel's own `write`, and tells which were refused. */
  const refusals = (writes: readonly Write[]): number => {
    const script =
      'while [ $# -gt 0 ]; do sh -c \'echo "$2" > "$1"\' sh "$1" "$2" 2>/dev/null || echo x; shift 2; done';
    const argv = ['unshare', '-n', 'sh', '-c', script, 'sh', ...writes.flatMap(({ path, value }) => [path, value])];
    const [program = '', ...rest] = argv;
    return execFileSync(program, rest, { encoding: 'utf8' }).split('x').length - 1;
  };
  const both = (start: string, range: string): Write[] => [
    { path: START, value: start },
    { path: RANGE, value: range },
  ];
  const from = (state: readonly Write[]) => (path: string) => state.find((write) => write.path === path)?.value;

  test.skipIf(process.getuid?.() !== 0)(
    'takes ordered writes from any state to any other, and refuses wrong orders',
    () => {
      const states = [
        both('1024', '32768 60999'),
        both('40000', '50000 60999'),
        both('0', '1 65535'),
        both('9', '9 99'),
      ];
      let refusedReversed = 0;
      for (const before of states) {
        for (const after of states) {
          const first = orderWrites(before, from(both('1024', '32768 60999')));
          const then = orderWrites(after, from(before));
          expect(refusals([...first, ...then])).toBe(0);
          refusedReversed += refusals([...first, ...then.reverse()]);
        }
      }
      expect(refusedReversed).toBeGreaterThan(0);
    },
  );
});
