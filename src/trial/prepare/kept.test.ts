import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { localHost } from '../../host/local.ts';
import { digestOf, kept } from './kept.ts';

const host = localHost();
let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'loadcell-kept-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

test('is made once', async () => {
  let made = 0;
  const make = async (folder: string): Promise<void> => {
    made += 1;
    await writeFile(join(folder, 'result'), 'x');
  };
  const link = join(root, 'deep', 'key');
  expect(await kept(host, link, make)).toBe(link);
  expect(await kept(host, link, make)).toBe(link);
  expect(made).toBe(1);
  expect(await readdir(`${link}/`)).toEqual(['result']);
});

test('what failed half-way is neither used nor left behind', async () => {
  const link = join(root, 'key');
  const half = kept(host, link, async (folder) => {
    await writeFile(join(folder, 'half'), 'x');
    throw new Error('no space');
  });
  await expect(half).rejects.toThrow('no space');
  expect(await readdir(root)).toEqual([]);
  await kept(host, link, (folder) => writeFile(join(folder, 'whole'), 'x'));
  expect(await readdir(`${link}/`)).toEqual(['whole']);
});

test('what a killed run left half-made is not taken for good, and goes; what a live one makes stays', async () => {
  const link = join(root, 'key');
  // Above the kernel's highest process id.
  await host.makeFolder(`${link}.99999999-1`);
  await host.makeFolder(`${link}.${process.ppid}-1`);
  await host.makeFolder(join(root, 'key2.99999999-1'));
  await kept(host, link, (folder) => writeFile(join(folder, 'whole'), 'x'));
  expect(await readdir(`${link}/`)).toEqual(['whole']);
  const names = await readdir(root);
  expect(names).not.toContain('key.99999999-1');
  expect(names).toEqual(expect.arrayContaining([`key.${process.ppid}-1`, 'key2.99999999-1']));
});

test('a link whose folder was cleaned away is made again', async () => {
  const link = join(root, 'key');
  await host.link(join(root, 'gone'), link);
  await kept(host, link, (folder) => writeFile(join(folder, 'whole'), 'x'));
  expect(await readdir(`${link}/`)).toEqual(['whole']);
});

test('a key changes with everything that it is made from', () => {
  const keys = [['a', 'b'], ['ab'], ['b', 'a'], ['a', ['b']]].map(digestOf);
  expect(new Set(keys).size).toBe(4);
});
