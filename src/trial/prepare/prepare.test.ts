import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { localHost } from '../../host/local.ts';
import type { ServerPlan } from '../../model/plan.ts';
import { type PrepareTools, prepareServer } from './prepare.ts';
import { testServer } from './test-server.ts';

const host = localHost();
let cache = '';
let folder = '';
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'loadcell-cache-'));
  folder = await mkdtemp(join(tmpdir(), 'loadcell-recipe-'));
});
afterEach(() => Promise.all([cache, folder].map((one) => rm(one, { recursive: true, force: true }))));

const tools = (say: (text: string) => void = () => undefined): PrepareTools => ({
  cache,
  leash: [],
  install: false,
  say,
});

/** "Compiles" by copying, and counts its calls in a file. */
const building = (steps: string[][], part: Partial<ServerPlan> = {}): ServerPlan =>
  testServer({ folder, build: { inputs: ['main.src'], steps }, ...part });
const compile = [
  ['cp', 'main.src', '{{build}}/program'],
  ['sh', '-c', 'echo built >> "$1"', 'sh', '{{recipe}}/calls'],
];
const calls = async (): Promise<number> => (await readFile(join(folder, 'calls'), 'utf8')).split('built').length - 1;

test('builds once, and again when an input or a step has changed', async () => {
  await writeFile(join(folder, 'main.src'), 'one');
  const said: string[] = [];
  const first = await prepareServer(
    host,
    building(compile),
    tools((text) => said.push(text)),
  );
  expect(await readFile(join(first.placeholders.build as string, 'program'), 'utf8')).toBe('one');
  const again = await prepareServer(
    host,
    building(compile),
    tools((text) => said.push(text)),
  );
  expect(said).toEqual(['Building sample ...']);
  expect(again.placeholders.build).toBe(first.placeholders.build);
  expect(await calls()).toBe(1);

  await writeFile(join(folder, 'main.src'), 'two');
  const second = await prepareServer(host, building(compile), tools());
  expect(await readFile(join(second.placeholders.build as string, 'program'), 'utf8')).toBe('two');
  expect(await readFile(join(first.placeholders.build as string, 'program'), 'utf8')).toBe('one');
  await prepareServer(host, building([...compile, ['true']]), tools());
  expect(await calls()).toBe(3);
});

test('a compiler that answers with another version builds again', async () => {
  await writeFile(join(folder, 'main.src'), 'one');
  const tool = (version: string): Partial<ServerPlan> => ({
    requires: [{ command: 'echo', apt: null, install: [], verify: { argv: ['echo', version], pattern: version } }],
  });
  const first = await prepareServer(host, building(compile, tool('1.19')), tools());
  const second = await prepareServer(host, building(compile, tool('1.26')), tools());
  expect(second.placeholders.build).not.toBe(first.placeholders.build);
});

test('a failed build says which command and its last lines, and keeps nothing', async () => {
  await writeFile(join(folder, 'main.src'), 'one');
  const broken = building([['sh', '-c', 'echo main.src:3: syntax error >&2; exit 2']]);
  await expect(prepareServer(host, broken, tools())).rejects.toThrow(
    /building sample failed: `sh .*` exited 2\nmain\.src:3: syntax error/s,
  );
  await expect(prepareServer(host, broken, tools())).rejects.toThrow('syntax error');
});

test('an input that is not there is named', async () => {
  await expect(prepareServer(host, building(compile), tools())).rejects.toThrow(
    /sample: build\.inputs names main\.src/,
  );
});

test('the version is the first group, wherever the server prints it', async () => {
  const version = { argv: ['sh', '-c', 'echo nginx version: nginx/1.22.1 >&2'], pattern: 'nginx/(\\S+)' };
  expect((await prepareServer(host, testServer({ version }), tools())).version).toBe('1.22.1');
  const silent = { argv: ['true'], pattern: 'nginx/(\\S+)' };
  expect((await prepareServer(host, testServer({ version: silent }), tools())).version).toBeNull();
  const absent = { argv: ['no-such-server', '-v'], pattern: '(.*)' };
  expect((await prepareServer(host, testServer({ version: absent }), tools())).version).toBeNull();
});

test('node is the Node that runs us', async () => {
  const version = { argv: ['{{node}}', '-p', 'process.version'], pattern: '(v\\S+)' };
  expect((await prepareServer(host, testServer({ version }), tools())).version).toBe(process.version);
});
