import type { Facts } from '../facts.ts';
import type { Section } from './section.ts';

export interface MachineView {
  rows: { label: string; value: string }[];
}

/** The header that the numbers belong to. What could not be read is said to be so: it is not "off". */
export const machine: Section<MachineView> = (facts) => {
  const { words } = facts;
  const unknown = words.say('notReadable');
  return {
    rows: entries(facts).map(([key, value]) => ({ label: words.say(`machine.${key}`), value: value ?? unknown })),
  };
};

function entries(facts: Facts): [key: string, value: string | null][] {
  const { run, results, words } = facts;
  const { machine: found } = results;
  const onOff = (value: boolean | null): string | null =>
    value === null ? null : words.say(value ? 'machine.on' : 'machine.off');
  const used = new Set(results.cells.map((cell) => cell.load.driver));
  const drivers = Object.entries(run.drivers)
    .filter(([name]) => used.has(name))
    .map(([name, { version }]) => `${name} ${version}`.trim());
  return [
    ['cpu', cpuText(facts)],
    ['memory', words.bytes(found.memoryBytes)],
    ['kernel', found.kernel],
    ['os', found.os],
    ['virtualization', found.virtualization],
    ['governor', found.governor],
    ['turbo', onOff(found.turbo)],
    ['smt', onOff(found.smt)],
    ['transparentHugepages', found.transparentHugepages],
    ['aslr', found.aslr],
    ['clocksource', found.clocksource],
    ...(found.cpuQuota === null ? [] : [['cpuQuota', words.rate(found.cpuQuota)] as [string, string]]),
    ['loadAverage', found.loadAverage.map((load) => load.toFixed(2)).join(' ')],
    ['isolation', words.say(`isolation.${results.run.isolation}`)],
    ['drivers', drivers.join(words.say('load.comma')) || words.say('none')],
    ['node', found.node],
    ['seed', String(results.run.seed)],
    ['trials', words.count(run.plan.trials)],
  ];
}

function cpuText({ results, words }: Facts): string {
  const { cpu } = results.machine;
  const cores =
    cpu.physical === null
      ? words.say('machine.threads', { count: words.count(cpu.logical) })
      : words.say('machine.cores', { cores: words.count(cpu.physical), threads: words.count(cpu.logical) });
  return words.say('machine.cpuText', { model: cpu.model, cores });
}
