import { chmod, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { localHost } from '../host/local.ts';
import { type Host, HostError } from '../model/host.ts';
import type { RunFile } from '../model/run.ts';
import { checkWritable, createRunFolder, freeRunId, rewriteRunFile } from './run-folder.ts';

const host = localHost();
let home = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'loadcell-run-folder-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const NOON = Date.parse('2026-11-23T12:00:00.000Z');
const file = (id: string): RunFile => ({ schemaVersion: 1, id }) as RunFile;

test('runs of the same second and seed get folders of their own, also after the clock was set back', async () => {
  const ids: string[] = [];
  for (const at of [NOON, NOON + 999, NOON + 1_000, NOON]) {
    const id = await freeRunId(host, home, at, 0xffff);
    await createRunFolder(host, join(home, id), file(id));
    ids.push(id);
  }
  expect(ids).toEqual(['20261123-120000-ffff', '20261123-120000-0000', '20261123-120001-ffff', '20261123-120000-0001']);
  for (const id of ids) expect(JSON.parse(await host.readText(join(home, id, 'run.json')))).toMatchObject({ id });
});

test('a disk that fills up in the middle of it leaves no half of a run folder', async () => {
  const full: Host = {
    ...host,
    writeDurable: () => Promise.reject(new HostError('cannot write', 'ENOSPC')),
  };
  const made = createRunFolder(full, join(home, 'run'), file('run'));
  await expect(made).rejects.toMatchObject({ exitCode: 3, hint: expect.stringContaining('disk is full') });
  expect(await readdir(home)).toEqual([]);
});

test('a folder that can be made is, without making it, told from one that cannot', async () => {
  await checkWritable(host, join(home, 'not/yet/there'));
  await symlink(home, join(home, 'link'));
  await checkWritable(host, join(home, 'link/x'));
  expect(await readdir(home)).toEqual(['link']);

  await writeFile(join(home, 'file'), '');
  await chmod(join(home, 'file'), 0o777);
  await expect(checkWritable(host, join(home, 'file/x'))).rejects.toMatchObject({
    exitCode: 3,
    problems: [{ where: join(home, 'file') }],
    hint: expect.stringContaining('--out'),
  });
  const reading: Host = { ...host, canWrite: async () => false };
  await expect(checkWritable(reading, home)).rejects.toMatchObject({ exitCode: 3, problems: [{ where: home }] });
});

test.each(['trials', 'logs', 'charts'] as const)('a run whose %s are a link is not taken up again', async (part) => {
  const folder = await createRunFolder(host, join(home, 'run'), file('run'));
  await rm(folder[part], { recursive: true, force: true });
  await symlink(join(home, 'elsewhere'), folder[part]);
  await expect(rewriteRunFile(host, folder, file('again'))).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(/is a link/),
  });
  expect(JSON.parse(await host.readText(folder.run))).toMatchObject({ id: 'run' });
});
