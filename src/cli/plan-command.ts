import { loadExperiment } from '../experiment/load-file.ts';
import { localHost } from '../host/local.ts';
import { readMachine } from '../host/machine.ts';
import { ExitCode } from '../model/errors.ts';
import type { Cell, Plan } from '../model/plan.ts';
import { planFor } from './plan-for.ts';
import { type Printer, plain } from './print.ts';
import type { RunOptions } from './run-options.ts';

/** Shows what a run would do; touches nothing. */
export async function planCommand(file: string, options: RunOptions, printer: Printer): Promise<ExitCode> {
  const machine = await readMachine(localHost());
  const plan = planFor(await loadExperiment(file, machine), machine, options);
  printer.result(options.json === true ? JSON.stringify(plan, null, 2) : planText(plan));
  return ExitCode.done;
}

export function planText(plan: Plan): string {
  const skipped = plan.cells.filter((cell) => cell.skip !== null);
  return [
    plain(plan.experiment.title),
    `${plan.cells.length} cells, ${plan.trials} trials each, ${plan.order.length} trials in all; seed ${plan.seed}${plan.quick ? '; a smoke run' : ''}`,
    '',
    'Cells',
    ...plan.cells.map(
      (cell) => `  ${cell.id}: ${loadText(cell)}${cell.skip === null ? '' : ` (not run: ${plain(cell.skip)})`}`,
    ),
    '',
    'Settings',
    ...settingLines(plan),
    '',
    `Order: ${plan.order
      .slice(0, 12)
      .map((slot) => slot.cell)
      .join(', ')}${plan.order.length > 12 ? ', ...' : ''}`,
    ...(skipped.length === 0 ? [] : [`${skipped.length} cells are not run.`]),
  ].join('\n');
}

export function loadText({ load }: Pick<Cell, 'load'>): string {
  const stop =
    load.stop.kind === 'requests'
      ? `${load.stop.requests.toLocaleString('en')} requests`
      : `${load.stop.durationMs / 1000} s`;
  const loop =
    load.rate === null ? '' : `, ${load.rate.perSecond.toLocaleString('en')} arrivals/s (${load.rate.arrivals})`;
  const pipelining = load.pipelining > 1 ? `, pipelining ${load.pipelining}` : '';
  return `${load.method} ${plain(load.path)}, ${load.connections} ${load.keepAlive ? 'kept' : 'fresh'} connections${pipelining}${loop}, ${stop}, driver ${load.driver}`;
}

/** One line for each distinct setting, with the cells it is for where they differ. */
function settingLines(plan: Plan): string[] {
  const lines = new Map<string, Set<string>>();
  for (const cell of plan.cells) {
    for (const line of linesOf(cell))
      lines.set(line, (lines.get(line) ?? new Set()).add(`${cell.server}.${cell.environment}`));
  }
  const all = new Set(plan.cells.map((cell) => `${cell.server}.${cell.environment}`)).size;
  return [...lines].map(([line, where]) => `  ${line}${where.size === all ? '' : ` (${[...where].join(', ')})`}`);
}

function linesOf({ settings }: Cell): string[] {
  const roles = ['server', 'generator'] as const;
  return [
    ...roles.map((role) => `${role}: CPUs ${settings.cpus[role]?.join(',') ?? 'not pinned'}`),
    ...roles.flatMap((role) =>
      Object.entries(settings.ulimit[role]).map(([name, value]) => `${role}: ulimit ${name} ${value}`),
    ),
    ...roles.flatMap((role) => (settings.nice[role] === null ? [] : [`${role}: nice ${settings.nice[role]}`])),
    ...roles.flatMap((role) =>
      Object.entries(settings.env[role]).map(([name, value]) => `${role}: ${name}=${plain(value)}`),
    ),
    ...Object.entries(settings.sysctl).map(
      ([key, { value, optional }]) => `sysctl ${key} = ${value}${optional ? ' (optional)' : ''}`,
    ),
    ...Object.entries(settings.machine).map(([name, value]) => `machine: ${name} = ${value}`),
    ...(settings.network === null ? [] : [`network: ${JSON.stringify(settings.network)}`]),
  ];
}
