import { dirname, extname, join, relative, resolve } from 'node:path';
import { ExitCode, UserError } from '../../model/errors.ts';
import type { Host } from '../../model/host.ts';
import type { ServerPlan } from '../../model/plan.ts';
import type { ServerFacts } from '../../model/run.ts';
import { fill, fillArgv } from './placeholders.ts';
import type { Prepared } from './prepare.ts';

export interface Rendered {
  argv: string[];
  cwd: string;
  env: Record<string, string>;
  /** The files that the writeup shows, as they are for this trial. */
  shown: ServerFacts['shown'];
}

/** Writes a server's configuration for one trial into the trial's folder and fills in its command. */
export async function renderServer(
  host: Host,
  server: ServerPlan,
  prepared: Prepared,
  trial: { trialFolder: string; port: number; address: string },
): Promise<Rendered> {
  const placeholders = {
    ...prepared.placeholders,
    trial: trial.trialFolder,
    port: String(trial.port),
    address: trial.address,
  };
  const written = new Map<string, string>();
  for (const [target, template] of Object.entries(server.files)) {
    const file = inside(trial.trialFolder, target, `${server.name}: files["${target}"]`);
    const text = fill(await read(host, server, template), placeholders, `${server.name}: ${template}`);
    await host.makeFolder(dirname(file));
    await host.writeText(file, text);
    written.set(target, text);
  }
  return {
    argv: fillArgv(server.command, placeholders, `${server.name}: command`),
    cwd: server.cwd === null ? trial.trialFolder : fill(server.cwd, placeholders, `${server.name}: cwd`),
    env: { ...prepared.env },
    shown: await Promise.all(
      server.show.map(async (name) => ({
        name,
        language: languageOf(name),
        text: written.get(name) ?? (await read(host, server, name)),
      })),
    ),
  };
}

/** A recipe writes into its trial's folder and nowhere else, whatever its file names say. */
function inside(folder: string, target: string, where: string): string {
  const file = resolve(folder, target);
  const path = relative(folder, file);
  if (path !== '' && path !== '..' && !path.startsWith('../')) return file;
  throw new UserError(`${where}: the target leaves the trial's folder`, {
    exitCode: ExitCode.wrongInput,
    hint: 'name it relative to the folder, such as "nginx.conf" or "conf.d/site.conf"',
  });
}

async function read(host: Host, server: ServerPlan, name: string): Promise<string> {
  try {
    return await host.readText(join(server.folder, name));
  } catch (cause) {
    throw new UserError(`${server.name}: cannot read ${name} in ${server.folder}`, {
      exitCode: ExitCode.wrongInput,
      cause,
    });
  }
}

/** Names that Markdown highlighters know, by ending. */
const LANGUAGES: Readonly<Record<string, string>> = {
  '.conf': 'nginx',
  '.go': 'go',
  '.ini': 'ini',
  '.js': 'js',
  '.mjs': 'js',
  '.ts': 'ts',
  '.py': 'python',
  '.rs': 'rust',
  '.c': 'c',
  '.sh': 'sh',
  '.json': 'json',
  '.toml': 'toml',
  '.yaml': 'yaml',
  '.yml': 'yaml',
};

const languageOf = (name: string): string => LANGUAGES[extname(name)] ?? 'text';
