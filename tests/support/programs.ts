import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Programs that tests start in processes of their own. */
export const PROGRAMS = {
  'truth-server': source('../../src/calibrate/truth/truth-server.worker.ts'),
  'truth-h2c': source('./truth-h2c.main.ts'),
  'bare-client': source('../../src/calibrate/truth/bare-client.worker.ts'),
};

/** Names the folder where they are compiled; not set outside of a test run. */
export const COMPILED = 'LOADCELL_TEST_PROGRAMS';

/** What node is told to run one of them: the compiled one, or its source by tsx. */
export function programArgs(name: keyof typeof PROGRAMS): string[] {
  const folder = process.env[COMPILED];
  if (folder !== undefined) return [join(folder, `${name}.mjs`)];
  return ['--import', import.meta.resolve('tsx'), PROGRAMS[name]];
}
