import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Settings } from '../model/plan.ts';
import { settings } from './fixtures/made-up.ts';
import { compileWraps, wrapArgv } from './index.ts';

const own = readFileSync('/proc/self/status', 'utf8');
const allowed = /^Cpus_allowed_list:\s*(\d+)/m.exec(own)?.[1] as string;
const wrapped = (given: Settings, argv: readonly string[]) => wrapArgv(argv, compileWraps(given, 'server')).argv;
const run = (given: Settings, argv: readonly string[]): string => {
  const [program = '', ...rest] = wrapped(given, argv);
  return execFileSync(program, rest, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
};
const server = (more: { [key in 'cpus' | 'ulimit' | 'nice' | 'env']?: unknown }): Settings =>
  settings(
    Object.fromEntries(
      Object.entries(more).map(([key, value]) => [key, { ...((settings() as never)[key] as object), server: value }]),
    ),
  );
/** Prints what is in force on the program itself. */
const SHOW = 'cat /proc/$$/status /proc/$$/limits; echo "nice $(nice)"; printf "%s|" "$A" "$@"';

describe('a program under wraps', () => {
  it('has everything in force at the end, and its arguments untouched', () => {
    const given = server({
      cpus: [Number(allowed)],
      nice: 5,
      ulimit: {
        nofile: 512,
        core: 0,
        stack: 4_194_304,
        fsize: 'unlimited',
        nproc: 4000,
        as: 4_000_000_000,
        memlock: 65_536,
      },
      env: { A: 'a b$(c)' },
    });
    const shown = run(given, ['sh', '-c', SHOW, 'sh', '--flag', "it's", '$HOME', '']);
    expect(shown).toMatch(new RegExp(`^Cpus_allowed_list:\\s+${allowed}$`, 'm'));
    expect(shown).toMatch(/^Max open files\s+512\s+512 /m);
    expect(shown).toMatch(/^Max core file size\s+0\s+0 /m);
    expect(shown).toMatch(/^Max stack size\s+4194304\s+4194304 /m);
    expect(shown).toMatch(/^Max file size\s+unlimited\s+unlimited /m);
    expect(shown).toMatch(/^Max processes\s+4000\s+4000 /m);
    expect(shown).toMatch(/^Max address space\s+4000000000\s+4000000000 /m);
    expect(shown).toMatch(/^Max locked memory\s+65536\s+65536 /m);
    expect(shown).toMatch(new RegExp(`^nice ${Math.min(getPriority() + 5, 19)}$`, 'm'));
    expect(shown).toContain("a b$(c)|--flag|it's|$HOME||");
  });

  it('is one process from the start: each prefix becomes the next', () => {
    const given = server({ cpus: [Number(allowed)], nice: 1, ulimit: { nofile: 512, core: 0 }, env: { A: '1' } });
    const [program = '', ...rest] = wrapped(given, ['sh', '-c', 'echo $$']);
    const child = spawnSync(program, rest, { encoding: 'utf8' });
    expect(Number(child.stdout)).toBe(child.pid);
  });

  it('runs with the limit it inherited where the one asked for is refused, and says so', () => {
    const highest = Number(readFileSync('/proc/sys/fs/nr_open', 'utf8'));
    const [program = '', ...rest] = wrapped(server({ ulimit: { nofile: highest + 1 } }), ['sh', '-c', 'ulimit -Hn']);
    const child = spawnSync(program, rest, { encoding: 'utf8' });
    expect(child.status).toBe(0);
    expect(Number(child.stdout)).toBeLessThanOrEqual(highest);
    expect(child.stderr).toMatch(/prlimit/);
  });

  it('alone sees its environment: a PATH of its own does not hide the prefixes', () => {
    const given = server({ nice: 1, ulimit: { core: 0 }, env: { PATH: '/nowhere', A: '1' } });
    expect(run(given, ['/bin/sh', '-c', 'echo $PATH $A'])).toBe('/nowhere 1\n');
  });
});

it('keeps the order: CPUs, niceness, limits, environment, program', () => {
  const given = server({ cpus: [0, 1], nice: -5, ulimit: { as: 1, nofile: 2 }, env: { A: '1', B: '2' } });
  const wraps = compileWraps(given, 'server');
  expect(wraps.map(({ setting }) => setting)).toEqual([
    'server.cpus',
    'server.nice',
    'server.ulimit.nofile',
    'server.ulimit.as',
    'server.env',
  ]);
  expect(wraps.every(({ role }) => role === 'server')).toBe(true);
  expect(compileWraps(given, 'generator')).toEqual([]);
});

it('puts prefixes before the command and merges environments, whatever the wraps', () => {
  const wrap = fc.record({
    prefix: fc.array(fc.string(), { maxLength: 3 }),
    env: fc.dictionary(fc.string(), fc.string()),
  });
  fc.assert(
    fc.property(fc.array(wrap), fc.array(fc.string()), (parts, argv) => {
      const wraps = parts.map((part) => ({ ...part, control: 'c', setting: 's', role: 'server' as const }));
      const made = wrapArgv(argv, wraps);
      expect(made.argv).toEqual([...parts.flatMap(({ prefix }) => prefix), ...argv]);
      for (const [name, value] of Object.entries(parts.at(-1)?.env ?? {})) expect(made.env[name]).toBe(value);
    }),
  );
});
