/**
 * By hand: how much memory the runner needs as a plan gets longer. Runs a plan of argv[2] cells (1,000) for real, 500
 * requests each, and prints the runner's resident memory after 10, 100, ... trials and its peak while it writes the report.
 * `npx tsx tests/bench/memory.main.ts 1000`
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const cells = Number(process.argv[2] ?? 1_000);
const root = resolve(import.meta.dirname, '../..');
const folder = await mkdtemp(join(tmpdir(), 'loadcell-bench-'));

/** An axis that changes nothing else: each value is a cell. */
const timeouts = Array.from({ length: cells }, (_, i) => `${5_000 + i}ms`);
const recipe = JSON.stringify(join(root, 'experiments/servers/node/recipe.ts'));
await writeFile(
  join(folder, 'bench.mts'),
  `import { defineExperiment } from ${JSON.stringify(join(root, 'src/index.ts'))};
import node from ${recipe};
export default defineExperiment({ title: 'Memory', servers: [node], trials: 1,
  load: { driver: 'loadcell', path: '/info', timeout: ${JSON.stringify(timeouts)}, requests: 500, connections: 1, warmup: false } });
`,
);

const command = [join(root, 'bin/loadcell.js'), join(folder, 'bench.mts'), '--out', join(folder, 'out'), '--wait'];
const child = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'pipe'], cwd: root });
let said = '';
let ended = 0;
child.stderr.setEncoding('utf8').on('data', (text: string) => {
  said = (said + text).slice(-2_000);
  ended += text.split('\n').filter((line) => /trial \d+: /.test(line)).length;
});

const status = async (row: string): Promise<number> => {
  const text = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
  return Number(new RegExp(`^${row}:\\s*(\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN) / 1024;
};
const wanted = [10, 100, 300, 500, cells - 1].filter((count) => count < cells);
let peak = 0;
const timer = setInterval(async () => {
  peak = Math.max(peak, (await status('VmHWM')) || 0);
  while (wanted[0] !== undefined && ended >= wanted[0]) {
    console.log(
      `after ${wanted.shift()} trials: ${(await status('VmRSS')).toFixed(0)} MiB resident, peak ${peak.toFixed(0)} MiB`,
    );
  }
}, 50);

const code = await new Promise((done) => child.once('close', done));
clearInterval(timer);
console.log(`peak of the whole run, results and report included: ${peak.toFixed(0)} MiB (exit code ${code})`);
for (const run of await readdir(join(folder, 'out', 'bench')).catch(() => [])) {
  if (run === 'latest') continue;
  const sizeOf = async (name: string): Promise<number> =>
    (await readFile(join(folder, 'out', 'bench', run, name), 'utf8').catch(() => '')).length / 1_048_576;
  console.log(
    `trials.jsonl ${(await sizeOf('trials.jsonl')).toFixed(1)} MiB, results.json ${(await sizeOf('results.json')).toFixed(1)} MiB`,
  );
}
if (code !== 0) console.log(said);
await rm(folder, { recursive: true, force: true });
