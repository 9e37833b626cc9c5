import { expect, test } from 'vitest';
import { loadOf } from '../../../tests/support/truth-server-drive.ts';
import { drivers } from '../../drivers/index.ts';
import type { DriveContext, Driver } from '../../model/driver.ts';
import { aheadOfOthers, startedBehind } from './ahead.ts';

test('the prefix is used where a command under it ends well, and nowhere else', async () => {
  const asked: string[][] = [];
  const answer = (good: boolean) => async (argv: string[]) => {
    asked.push(argv);
    return good;
  };
  expect(await aheadOfOthers(answer(true))).toEqual(['chrt', '--reset-on-fork', '--fifo', '1']);
  expect(await aheadOfOthers(answer(false))).toEqual([]);
  expect(await aheadOfOthers(() => Promise.reject(new Error('no such program')))).toEqual([]);
  expect(asked[0]).toEqual(['chrt', '--reset-on-fork', '--fifo', '1', 'true']);
});

test('a generator behind it runs the same command, and reads its output as before', () => {
  const ab = drivers.find(({ name }) => name === 'ab') as Driver;
  const context: DriveContext = {
    address: '127.0.0.1',
    port: 1,
    folder: '/tmp',
    cpus: 1,
    workers: {},
    node: process.execPath,
    version: '2.3',
    expectedBody: null,
    seed: 1,
  };
  const load = loadOf({ driver: 'ab' });
  const behind = startedBehind(['chrt', '1'], ab);
  expect(behind.command(load, context)).toEqual({
    ...ab.command(load, context),
    argv: ['chrt', '1', ...ab.command(load, context).argv],
  });
  expect(behind.parse).toBe(ab.parse);
});
