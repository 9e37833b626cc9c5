import { drivers } from '../drivers/index.ts';
import { takeLock } from '../environment/lock.ts';
import { machinePlace, secureFolder } from '../environment/place.ts';
import { leash } from '../environment/stage/leash.ts';
import { localHost } from '../host/local.ts';
import { readMachine } from '../host/machine.ts';
import { ExitCode, type Problem, UserError } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import { decideIsolation } from '../preflight/isolation.ts';
import { EVERY_SHAPE, missingStageTools } from '../preflight/stage-tools.ts';
import { cacheFolder } from '../trial/prepare/cache.ts';
import { missingRequirements } from '../trial/prepare/requirements.ts';
import { installGenerators } from './install-generators.ts';
import { interruptible } from './interrupt.ts';
import { type Printer, plain } from './print.ts';

interface Finding {
  what: string;
  found: string;
  good: boolean;
  /** The next step; null when there is nothing to do. */
  step: string | null;
}

/** What this machine allows, so that a run holds no surprise. */
export async function doctorCommand(
  options: { json?: boolean; install?: boolean },
  printer: Printer,
): Promise<ExitCode> {
  const host = localHost();
  const cache = cacheFolder(process.env);
  const problems = options.install === true ? await install(host, cache, (text) => printer.line(text)) : [];
  const findings = [...(await machineFindings(host, cache)), ...(await generatorFindings(host, cache))];
  if (options.json === true) printer.result(JSON.stringify(findings, null, 2));
  else for (const finding of findings) printer.result(lineOf(printer, finding));
  if (problems.length === 0) return ExitCode.done;
  throw new UserError('not everything could be installed', { exitCode: ExitCode.preflightRefused, problems });
}

/** As a run does it: interruptible, and not beside a run, whose measurements it would disturb. */
async function install(host: Host, cache: string, say: (text: string) => void): Promise<Problem[]> {
  using stopping = await interruptible(host);
  const { signal } = stopping;
  const place = machinePlace(host.user, process.env);
  await secureFolder(host, place.folder);
  const who = { experiment: null, command: 'loadcell doctor --install', wait: false };
  await using _lock = await takeLock(host, place.lock, { ...who, say, signal });
  const { isolation } = await decideIsolation(host, 'auto');
  await using held = await leash(host, isolation);
  // Awaited here: signal, lock and leash are held until it is done.
  return await installGenerators(host, {
    cache,
    state: place.folder,
    leash: held.argv,
    say,
    signal,
  });
}

function lineOf(printer: Printer, { what, found, good, step }: Finding): string {
  const mark = good ? printer.paint('green', 'ok') : printer.paint('yellow', '--');
  return `${mark} ${plain(what)}: ${plain(found)}${step === null ? '' : `\n     -> ${plain(step)}`}`;
}

async function machineFindings(host: Host, cache: string): Promise<Finding[]> {
  const machine = await readMachine(host);
  const [stageTool] = await missingStageTools(host, [null], cache);
  const shaping = await missingStageTools(host, [EVERY_SHAPE], cache);
  const { isolation } = await decideIsolation(host, 'auto');
  const cores = machine.allowedCpus.length;
  const writable = await host.canWrite('/proc/sys/vm/swappiness');
  return [
    {
      what: 'isolation',
      found: `${isolation.kind}: ${isolation.reason}`,
      good: isolation.kind === 'namespace',
      step:
        isolation.kind === 'namespace'
          ? null
          : `trials will run on the host, one at a time; ${stageTool?.install ?? 'run as root, or allow user namespaces'}`,
    },
    {
      what: 'network shaping',
      found: shaping.length === 0 ? 'ip, tc and nft are there' : shaping.map(({ reason }) => reason).join('; '),
      good: shaping.length === 0,
      step: shaping.length === 0 ? null : [...new Set(shaping.map(({ install }) => install))].join(' && '),
    },
    {
      what: 'CPUs',
      found: `${cores} usable (${machine.cpu.model})`,
      good: cores >= 2,
      step: cores >= 2 ? null : 'server and generator will share one core: rates will be too low, and marked so',
    },
    {
      what: 'settings of the whole machine',
      found: writable ? 'can be written, and are restored' : `cannot be written by ${host.user.name}`,
      good: writable,
      step: writable ? null : 'run as root for fs.*, vm.*, kernel.* and what else is not in a namespace',
    },
    {
      what: 'open files',
      found: machine.nofileHard === null ? 'limit not readable' : `${machine.nofileHard.toLocaleString('en')} at most`,
      good: (machine.nofileHard ?? 0) >= 4_096,
      step: (machine.nofileHard ?? 0) >= 4_096 ? null : 'raise the hard limit (ulimit -Hn) for many connections',
    },
    {
      what: 'CPU frequency',
      found: machine.governor === null ? 'governor not readable (a virtual machine?)' : `governor ${machine.governor}`,
      good: machine.governor === null || machine.governor === 'performance',
      step:
        machine.governor === null || machine.governor === 'performance'
          ? null
          : "set governor: 'performance' in the experiment's controls",
    },
  ];
}

async function generatorFindings(host: Host, cache: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const driver of drivers) {
    const [missing] = await missingRequirements(host, driver.requires, cache);
    findings.push({
      what: `generator ${driver.name}`,
      found: missing === undefined ? driver.summary : missing.reason,
      good: missing === undefined,
      step: missing?.install ?? null,
    });
  }
  return findings;
}
