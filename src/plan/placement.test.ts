import { describe, expect, test } from 'vitest';
import type { CpuPlace, MachineFacts } from '../model/machine.ts';
import { betweenWindowsCpus, placeCpus, runnerCpus } from './placement.ts';

type Machine = Parameters<typeof placeCpus>[1];

/** One list of CPUs a core. `nodes` are the cores' memory nodes; absent: one node. */
function machineOf(
  cores: number[][],
  more: { nodes?: number[]; isolated?: number[]; allowed?: number[] } = {},
): Machine {
  const { nodes = [], isolated = [], allowed } = more;
  const topology = cores.flatMap((siblings, core): CpuPlace[] =>
    siblings.map((cpu) => ({
      cpu,
      core,
      socket: 0,
      node: nodes[core] ?? 0,
      siblings,
      isolated: isolated.includes(cpu),
    })),
  );
  return { topology, allowedCpus: allowed ?? topology.map(({ cpu }) => cpu) } as MachineFacts;
}

const AUTO = { server: 'auto', generator: 'auto' } as const;
const one = machineOf([[0]]);
const oneCore = machineOf([[0, 1]]);
const two = machineOf([[0], [1]]);
const four = machineOf([[0], [1], [2], [3]]);
const threads = machineOf([
  [0, 4],
  [1, 5],
  [2, 6],
  [3, 7],
]);
const sockets = machineOf([[0], [1], [2], [3], [4], [5]], { nodes: [0, 0, 0, 1, 1, 1] });

describe('CPUs that are not asked for', () => {
  const cases: [
    what: string,
    machine: Machine,
    server: number[] | null,
    generator: number[] | null,
    runner: number[] | null,
  ][] = [
    ['one CPU: shared', one, [0], [0], null],
    ['one core of two threads', oneCore, [0], [1], null],
    ['two cores: the server has the last, the runner shares with the generator', two, [1], [0], [0]],
    ['four cores: one is left to the runner', four, [3], [1, 2], [0]],
    ['the other thread of the server’s core stays idle', threads, [3], [1, 2, 5, 6], [0, 4]],
    ['the generator is on the server’s memory node', sockets, [5], [4], [0, 1, 2, 3]],
    ['an isolated core is the server’s', machineOf([[0], [1], [2], [3]], { isolated: [2] }), [2], [1, 3], [0]],
    ['others’ isolated cores stay empty', machineOf([[0], [1], [2], [3]], { isolated: [1, 2] }), [2], [3], [0]],
    ['only CPUs that may be used', machineOf([[0], [1], [2], [3]], { allowed: [1, 2] }), [2], [1], [1]],
    ['a machine that does not tell its CPUs is not pinned to', machineOf([]), null, null, null],
  ];
  test.each(cases)('%s', (_, machine, server, generator, runner) => {
    const { cpus, problems } = placeCpus(AUTO, machine);
    expect(cpus).toEqual({ server, generator });
    expect(problems).toEqual([]);
    expect(runnerCpus([cpus], machine as MachineFacts)).toEqual(runner);
  });
});

describe('CPUs that are asked for', () => {
  test('by number are taken as they are, and the other side keeps off their cores', () => {
    expect(placeCpus({ server: [0], generator: 'auto' }, threads).cpus).toEqual({
      server: [0],
      generator: [2, 3, 6, 7],
    });
    expect(placeCpus({ server: 'auto', generator: [3] }, threads).cpus).toEqual({ server: [2], generator: [3] });
    expect(placeCpus({ server: [1], generator: [1] }, two).cpus).toEqual({ server: [1], generator: [1] });
  });

  test('false pins nothing', () => {
    expect(placeCpus({ server: false, generator: false }, four).cpus).toEqual({ server: null, generator: null });
    expect(runnerCpus([{ server: null, generator: null }], four)).toBeNull();
  });

  test('that are not there, or not allowed, are refused and not narrowed', () => {
    const few = machineOf([[0], [1], [2]], { allowed: [0, 1] });
    const { cpus, problems } = placeCpus({ server: [1, 5], generator: [2] }, few, (role) => `controls.cpus.${role}`);
    expect(cpus).toEqual({ server: [1, 5], generator: [2] });
    expect(problems).toEqual([
      {
        where: 'controls.cpus.server',
        what: 'this machine has no CPU 5 online',
        remedy: 'choose from 0, 1, or "auto"',
      },
      {
        where: 'controls.cpus.generator',
        what: 'CPU 2 is there, but this process may not use it',
        remedy: 'choose from 0, 1, or "auto"',
      },
    ]);
  });
});

test('what sleeps in the window may use every CPU but isolated ones', () => {
  expect(betweenWindowsCpus(four)).toEqual([0, 1, 2, 3]);
  expect(betweenWindowsCpus(machineOf([[0], [1], [2]], { isolated: [1], allowed: [1, 2] }))).toEqual([2]);
  expect(betweenWindowsCpus(machineOf([[0]], { isolated: [0] }))).toEqual([0]);
});

test('the runner keeps off the servers of every cell', () => {
  const placed = [
    { server: [0], generator: [1] },
    { server: [3], generator: [1] },
  ];
  expect(runnerCpus(placed, four)).toEqual([2]);
});
