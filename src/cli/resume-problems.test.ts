import { describe, expect, test } from 'vitest';
import { cellOf, runOf } from '../analysis/fixtures/clean.ts';
import type { RunFile } from '../model/run.ts';
import { changedSince, optionProblems } from './resume-problems.ts';
import type { RunOptions } from './run-options.ts';

const run = (): RunFile => {
  const made = structuredClone(runOf([cellOf('nginx'), cellOf('python')], 3));
  made.servers = {
    nginx: { version: '1.26', command: ['nginx'], shown: [{ name: 'nginx.conf', language: 'nginx', text: 'a' }] },
  };
  return made;
};

describe('options of a resumed run', () => {
  const { plan } = run();
  const driver = plan.cells[0]?.load.driver as string;
  const fewer = { ...plan, cells: plan.cells.slice(1) };
  test.each<[RunOptions, string[]]>([
    [{}, []],
    [{ trials: 3, seed: plan.seed, isolation: plan.isolation, driver }, []],
    [{ trials: 4 }, ['--trials']],
    [{ seed: plan.seed + 1 }, ['--seed']],
    [{ quick: true }, ['--quick']],
    [{ relax: true }, ['--relax']],
    [{ isolation: 'host', driver: 'no-such' }, ['--isolation', '--driver']],
  ])('%j', (options, wrong) => {
    expect(optionProblems(plan, plan, options).map(({ where }) => where)).toEqual(wrong);
  });

  test('--only is held against the cells that the run has, and what the run is needs no option', () => {
    expect(optionProblems(plan, fewer, { only: 'python*' }).map(({ where }) => where)).toEqual(['--only']);
    expect(optionProblems(fewer, fewer, { only: 'python*' })).toEqual([]);
    expect(optionProblems(fewer, plan, {})).toEqual([]);
    expect(optionProblems({ ...plan, quick: true, relax: true }, plan, { quick: true, relax: true })).toEqual([]);
  });
});

describe('what has changed since the first sitting', () => {
  test('nothing, on the same machine at another time', () => {
    const now = run();
    now.startedAt = '2027-01-01T00:00:00.000Z';
    now.machine.bootId = 'another';
    now.machine.loadAverage = [9, 9, 9];
    expect(changedSince(run(), now)).toEqual([]);
  });

  test.each<[string, (now: RunFile) => void]>([
    ['loadcell', (now) => (now.loadcell = '9')],
    ['kernel', (now) => (now.machine.kernel = '9')],
    ['CPU', (now) => (now.machine.cpu.model = 'other')],
    ['CPUs that may be used', (now) => (now.machine.allowedCpus = [7])],
    ['Node', (now) => (now.machine.node = 'v99')],
    ['isolation', (now) => (now.isolation.rootless = !now.isolation.rootless)],
    ['nginx', (now) => Object.assign(now.servers.nginx as object, { version: null })],
    ['nginx', (now) => (now.servers = {})],
    ['nginx: command', (now) => now.servers.nginx?.command.push('-x')],
    ['nginx: nginx.conf', (now) => Object.assign(now.servers.nginx?.shown[0] as object, { text: 'b' })],
    ['nginx: nginx.conf', (now) => now.servers.nginx?.shown.pop()],
  ])('%s', (where, change) => {
    const now = run();
    change(now);
    expect(changedSince(run(), now).map((one) => one.where)).toEqual([where]);
  });

  test('a driver that is used, and no other', () => {
    const then = run();
    const driver = then.plan.cells[0]?.load.driver as string;
    then.drivers = { [driver]: { version: '1' }, unused: { version: '1' } };
    expect(changedSince(then, { ...then, drivers: { [driver]: { version: '2' } } })).toEqual([
      { where: driver, what: 'it was 1, and is 2' },
    ]);
    expect(changedSince(then, { ...then, drivers: {} })).toEqual([
      { where: driver, what: 'it was 1, and is not there' },
    ]);
  });
});
