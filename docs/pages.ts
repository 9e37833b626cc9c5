import { z } from 'zod';
import { CELL_CHECKS, TRIAL_CHECKS } from '../src/analysis/caveats/index.ts';
import { makeProgram } from '../src/cli/main.ts';
import { allSysctls, type SysctlInfo } from '../src/controls/catalogue.ts';
import type { Control } from '../src/controls/control.ts';
import { controls } from '../src/controls/index.ts';
import { NEVER } from '../src/controls/sysctl/never.ts';
import { drivers } from '../src/drivers/index.ts';
import { experimentSchema } from '../src/experiment/schema.ts';
import type { Driver } from '../src/model/driver.ts';
import { resultsSchema } from '../src/results/schema.ts';
import { installCommand } from '../src/trial/prepare/requirements.ts';
import { type JsonSchema, schemaPage } from './schema-pages.ts';

const GENERATED = 'Generated from the code by `npm run docs`; edit the descriptions there.';

/** Every reference page: file name -> Markdown. */
export function pages(): Record<string, string> {
  return {
    'experiment.md': page('The experiment file', schemaPage(jsonSchema(experimentSchema, 'input'), 'experiment')),
    'results.md': page('results.json', schemaPage(jsonSchema(resultsSchema, 'output'), 'results')),
    'command.md': page('The command', commandPage()),
    'drivers.md': page('Load generators', driversPage(drivers)),
    'controls.md': page('Controls', controlsPage(controls)),
    'kernel-settings.md': page('Kernel settings', kernelPage(allSysctls())),
    'caveats.md': page('Caveats', caveatsPage()),
  };
}

const page = (title: string, body: string): string => `# ${title}\n\n${GENERATED}\n\n${body.trim()}\n`;

const jsonSchema = (schema: z.ZodType, io: 'input' | 'output'): JsonSchema =>
  z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' }) as JsonSchema;

/** The help of each command, as it prints it. */
function commandPage(): string {
  const program = makeProgram(
    { line: () => {}, result: () => {}, paint: (_, text) => text, status: () => {}, live: false },
    () => {},
  );
  program.configureHelp({ helpWidth: 100 });
  const all = [program, ...program.commands];
  return all
    .map((command) => {
      command.configureHelp({ helpWidth: 100 });
      const name = command === program ? 'loadcell' : `loadcell ${command.name()}`;
      return `## ${name}\n\n\`\`\`text\n${command.helpInformation().trim()}\n\`\`\``;
    })
    .join('\n\n');
}

const ROOM =
  'All are started with room for their connections: where threads share a table of open files, Linux lets the one that has it grow (at 256 files, 512, 1,024 ...) wait 6 to 16 ms, which a window would show as the tail of the server. With 1,000 kept connections and windows of 1 s it made the p99.9 of wrk 38 ms in place of 14, and the p99 of hey (400 connections) 37 ms in place of 30.';

function driversPage(all: readonly Driver[]): string {
  const head =
    '| driver | loop | connections | pipelining | HTTP/2 | TLS | ends on | phases | each second | resolution |\n|---|---|---|---|---|---|---|---|---|--:|';
  const rows = all.map((driver) => {
    const can = driver.capabilities;
    const words = (...pairs: [boolean, string][]): string =>
      pairs
        .filter(([has]) => has)
        .map(([, word]) => word)
        .join(', ') || '–';
    const mark = (has: boolean): string => (has ? 'yes' : '–');
    return `| ${[
      `[${driver.name}](#${driver.name})`,
      words([can.closedLoop, 'closed'], [can.openLoop, 'open']),
      words([can.keepAlive, 'kept'], [can.fresh, 'fresh']),
      mark(can.pipelining),
      mark(can.http2),
      mark(can.tls),
      words([can.stopOnRequests, 'requests'], [can.stopOnDuration, 'time']),
      mark(can.phases),
      mark(can.perSecond),
      can.resolutionUs === null ? 'none' : `${can.resolutionUs} µs`,
    ].join(' | ')} |`;
  });
  const sections = all.map((driver) => {
    const apt = driver.requires.map((one) =>
      one.apt === null ? `\`--install\`, which runs \`${installCommand(one)}\`` : `\`apt-get install ${one.apt}\``,
    );
    const from =
      driver.kind === 'embedded' ? 'Part of loadcell: nothing to install.' : `Comes with ${apt.join(' and ')}.`;
    return `## ${driver.name}\n\n${driver.summary} ${from}\n\n${driver.distortions.trim()}`;
  });
  return `\`auto\` takes the strongest installed one that can do every load of the same shape (kept or fresh connections, pipelined or not, closed or open loop, HTTP version, by time or by count), so that what is compared has one instrument. A driver that is named is held to each load: a cell that it refuses is not run, and the report says why and what to use.\n\n${ROOM}\n\n${head}\n${rows.join('\n')}\n\n${sections.join('\n\n')}`;
}

function controlsPage(all: readonly Control[]): string {
  const whose = ({ roles }: Control): string =>
    roles.length === 0 ? "The namespace's or the machine's." : `Of the ${roles.join(' and the ')}.`;
  return all
    .map(
      (control) =>
        `## ${control.name}\n\n${control.summary} ${whose(control)}\n\n${control.noise}\n\nSource: ${control.source}`,
    )
    .join('\n\n');
}

function kernelPage(all: readonly SysctlInfo[]): string {
  const rows = all.map((one) => {
    const kernels = one.removedIn === null ? `since ${one.since}` : `${one.since} to ${one.removedIn}`;
    const cells = [
      `\`${one.key}\``,
      one.namespaced ? 'namespace' : 'machine',
      one.default ?? '–',
      kernels,
      `${one.summary}${one.caution === null ? '' : ` *${one.caution}*`}`,
    ];
    return `| ${cells.map(cell).join(' | ')} |`;
  });
  return `Those that loadcell knows; any other key under /proc/sys can be set too, but for [those that are never set](#never-set). "namespace": set in the trial's own network namespace, which vanishes with it. "machine": set on the machine, as root, and restored.\n\n| key | whose | default | kernels | |\n|---|---|---|---|---|\n${rows.join('\n')}\n\n${neverPart()}`;
}

function neverPart(): string {
  const rows = NEVER.map(({ keys, values, what }) => {
    const names = keys.map((key) => `\`${key}${values === undefined ? '' : ` = ${values.join(', ')}`}\``).join(', ');
    return `| ${cell(names)} | ${cell(what)} |`;
  });
  return `## Never set\n\nWhat could not be put back, and what is run as root, is refused; with --relax the run goes on without it and says so.\n\n| key | why |\n|---|---|\n${rows.join('\n')}`;
}

function caveatsPage(): string {
  const list = (checks: readonly { code: string; reveals: string; source: string }[]): string =>
    checks.map(({ code, reveals, source }) => `### ${code}\n\n${reveals}\n\nSource: ${source}`).join('\n\n');
  return `Each doubt stands beside the number that it is about, with its evidence and a next step. A *note* informs, *suspect* warns, *invalid* forbids to use the number.\n\n## Of a trial\n\n${list(TRIAL_CHECKS)}\n\n## Of a cell\n\n${list(CELL_CHECKS)}`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
