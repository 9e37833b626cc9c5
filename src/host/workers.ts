import { join } from 'node:path';
import { build, stop } from 'esbuild';
import type { Host } from '../model/host.ts';

/**
 * CommonJS packages in an ES module bundle still call `require` for Node's own modules and look at `__dirname`.
 */
const BANNER = [
  "import { createRequire as __createRequire } from 'node:module';",
  "import { fileURLToPath as __toPath } from 'node:url';",
  'const require = __createRequire(import.meta.url);',
  'const __filename = __toPath(import.meta.url);',
  "const __dirname = __toPath(new URL('.', import.meta.url));",
].join('\n');

/**
 * Bundles each worker into one file that plain node starts, packages included: no loader, no resolution, some 40 ms.
 * @param entries name -> path of the TypeScript entry
 * @returns name -> path of `folder/<name>.mjs`
 */
export async function compileWorkers(
  host: Host,
  folder: string,
  entries: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  await host.makeFolder(folder);
  try {
    const { outputFiles } = await build({
      entryPoints: { ...entries },
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      packages: 'bundle',
      banner: { js: BANNER },
      write: false,
      sourcemap: false,
      logLevel: 'silent',
    });
    for (const { path, text } of outputFiles) await host.writeText(path, text);
  } finally {
    // esbuild keeps a service process for the next build otherwise.
    await stop();
  }
  return Object.fromEntries(Object.keys(entries).map((name) => [name, join(folder, `${name}.mjs`)]));
}
