import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const checkout = resolve(import.meta.dirname, '../..');

/** A folder in which the packed project is installed, as it would be from a registry. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lc-installed-'));
  const npm = (...args: string[]) =>
    run('npm', [...args, '--no-audit', '--no-fund', '--prefer-offline'], { cwd: folder });
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: checkout });
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz')) as string;
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  await npm('install', '--ignore-scripts', `./${tarball}`);
}, 180_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const loadcell = (...args: string[]) => run('npx', ['--no-install', 'loadcell', ...args], { cwd: folder });

test('holds what it needs and no tests', async () => {
  const installed = join(folder, 'node_modules/loadcell');
  const files = await readdir(installed, { recursive: true });
  expect(files.filter((name) => !name.includes('node_modules/') && /\.test\.ts$/.test(name))).toEqual([]);
  expect(files).toEqual(expect.arrayContaining(['run.ts', 'bin/loadcell.js', 'src/index.ts', 'templates', 'LICENSE']));
});

test('npx loadcell init, then a quick run of what it wrote', { timeout: 180_000 }, async () => {
  await loadcell('init', 'first');
  expect(await readFile(join(folder, 'experiments/first.ts'), 'utf8')).toContain("from 'loadcell'");
  const { stdout } = await loadcell('experiments/first.ts', '--quick', '--driver', 'loadcell');
  expect(stdout.trim()).toBe(await realReport('first'));
  const results = JSON.parse(await readFile(join(folder, 'out/first/latest/results.json'), 'utf8'));
  expect(results.cells).toHaveLength(4);
  for (const cell of results.cells) expect(cell.requestsPerSecond.median).toBeGreaterThan(0);
});

/** stdout names the run's own folder, which `latest` points to. */
async function realReport(name: string): Promise<string> {
  const [id] = (await readdir(join(folder, 'out', name))).filter((entry) => entry !== 'latest');
  return join(folder, 'out', name, id as string, 'report.md');
}
