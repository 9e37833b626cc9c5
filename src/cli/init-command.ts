import { join } from 'node:path';
import { localHost } from '../host/local.ts';
import { ExitCode, UserError } from '../model/errors.ts';
import type { Printer } from './print.ts';

const NAME = /^[a-z0-9][a-z0-9._-]*$/;

/** A first experiment that runs as it stands: node:http, nothing to install. */
const text = (name: string): string => `import { defineExperiment, defineServer } from 'loadcell';

// A server is a command that loadcell starts, checks and stops. {{port}} is filled in; more of them: see the README.
const program = "require('node:http').createServer((_, reply) => reply.end('hello')).listen({{port}}, '{{address}}')";
const server = defineServer({
  name: 'my-server',
  folder: import.meta.url,
  command: ['{{node}}', '-e', program],
  ready: { http: '/' },
  reply: { status: 200, body: 'hello' },
});

export default defineExperiment({
  title: '${name}',
  notes: 'What is the question? It opens the report.',
  servers: [server],
  load: { path: '/', duration: '3s', connections: [10, 100], keepAlive: [true, false] },
  trials: 3,
});
`;

export async function initCommand(name: string, printer: Printer): Promise<ExitCode> {
  if (!NAME.test(name)) {
    throw new UserError(
      `${JSON.stringify(name)} cannot name an experiment: expected lower-case letters, digits, ".", "_" and "-"`,
      {
        exitCode: ExitCode.wrongInput,
        hint: 'For example: loadcell init my-question',
      },
    );
  }
  const host = localHost();
  const file = join('experiments', `${name}.ts`);
  if (await host.exists(file)) {
    throw new UserError(`${file} is there already`, {
      exitCode: ExitCode.wrongInput,
      hint: 'Choose another name, or edit it.',
    });
  }
  await host.makeFolder('experiments');
  await host.writeText(file, text(name));
  printer.line(`${file} written. Measure it: npx tsx run ${file} (or, with loadcell installed: npx loadcell ${file})`);
  return ExitCode.done;
}
