import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { edited } from '../analysis/fixtures/clean.ts';
import { localHost } from '../host/local.ts';
import { runFolder } from '../results/run-folder.ts';
import { writeOutputs } from './write-outputs.ts';

/** A run folder that came from elsewhere, beside what is the reader's own. */
let home = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'loadcell-outputs-'));
  await mkdir(join(home, 'own'));
  await mkdir(join(home, 'run'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const write = async (): Promise<void> => {
  const { run, records } = edited(() => {});
  await writeOutputs(localHost(), runFolder(join(home, 'run')), run, records, '2026-11-23T09:06:00.000Z');
};

it('replaces what is a link instead of what it points to', async () => {
  await write();
  const names = (await readdir(join(home, 'run'), { withFileTypes: true })).filter((one) => one.isFile());
  const charts = (await readdir(join(home, 'run/charts'))).map((name) => `charts/${name}`);
  const all = [...names.map(({ name }) => name), ...charts];
  expect(all).toEqual(expect.arrayContaining(['report.html', 'report.md', 'results.json', 'results.csv']));
  expect(charts).not.toEqual([]);
  for (const name of all) {
    await rm(join(home, 'run', name));
    await symlink(join(home, 'own/bashrc'), join(home, 'run', name));
  }
  await writeFile(join(home, 'own/bashrc'), 'kept');
  await write();
  expect(await readFile(join(home, 'own/bashrc'), 'utf8')).toBe('kept');
  for (const name of all) expect(await readFile(join(home, 'run', name), 'utf8'), name).not.toBe('kept');
});

it.each(['own', 'absent'])('refuses charts that are a link to a folder (%s), and writes nothing', async (target) => {
  await symlink(join(home, target), join(home, 'run/charts'));
  await expect(write()).rejects.toMatchObject({ exitCode: 2, message: expect.stringMatching(/charts is a link/) });
  expect(await readdir(join(home, 'own'))).toEqual([]);
  expect(await readdir(home)).toEqual(['own', 'run']);
  expect(await readdir(join(home, 'run'))).toEqual(['charts']);
});
