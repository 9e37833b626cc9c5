import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { localHost } from '../../host/local.ts';
import { renderServer } from './render.ts';
import { testServer } from './test-server.ts';

const host = localHost();
let root = '';
let folder = '';
let trialFolder = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'loadcell-render-'));
  folder = join(root, 'recipe');
  trialFolder = join(root, 'trial');
  await Promise.all([host.makeFolder(folder), host.makeFolder(trialFolder)]);
  await writeFile(join(folder, 'site.hbs'), 'listen {{address}}:{{port}};\nroot "{{trial}}";\n');
  await writeFile(join(folder, 'server.py'), 'print("{{port}}")\n');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const prepared = () => ({
  placeholders: { recipe: folder, node: '/usr/bin/node' },
  version: null,
  env: { PATH: '/bin' },
});
const place = () => ({ trialFolder, port: 8080, address: '127.0.0.1' });

test('writes the files, fills the command, and shows both kinds', async () => {
  const server = testServer({
    folder,
    files: { 'conf.d/site.conf': 'site.hbs' },
    command: ['{{node}}', '{{recipe}}/server.py', '{{address}}:{{port}}', '-c', '{{trial}}/conf.d/site.conf'],
    show: ['conf.d/site.conf', 'server.py'],
  });
  const rendered = await renderServer(host, server, prepared(), place());
  const site = `listen 127.0.0.1:8080;\nroot "${trialFolder}";\n`;
  expect(await readFile(join(trialFolder, 'conf.d/site.conf'), 'utf8')).toBe(site);
  expect(rendered).toEqual({
    argv: ['/usr/bin/node', `${folder}/server.py`, '127.0.0.1:8080', '-c', `${trialFolder}/conf.d/site.conf`],
    cwd: trialFolder,
    env: { PATH: '/bin' },
    shown: [
      { name: 'conf.d/site.conf', language: 'nginx', text: site },
      // A source file is shown as it is: only what is rendered is filled.
      { name: 'server.py', language: 'python', text: 'print("{{port}}")\n' },
    ],
  });
});

test.each(['../escaped', '/tmp/escaped', 'a/../../escaped', '.', '..'])(
  'a target %s does not leave the folder',
  async (target) => {
    const server = testServer({ folder, files: { [target]: 'site.hbs' } });
    await expect(renderServer(host, server, prepared(), place())).rejects.toThrow(/leaves the trial's folder/);
    expect(await readdir(root)).toEqual(['recipe', 'trial']);
  },
);

test('a placeholder that the recipe has nothing for is an error, not an empty word', async () => {
  const server = testServer({ folder, command: ['{{venv}}/bin/python'] });
  await expect(renderServer(host, server, prepared(), place())).rejects.toThrow(/sample: command\[0\].*venv/);
});

test('a file that the recipe does not have is named', async () => {
  await expect(renderServer(host, testServer({ folder, show: ['none.py'] }), prepared(), place())).rejects.toThrow(
    /cannot read none\.py/,
  );
});
