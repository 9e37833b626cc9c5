import { expect, test } from 'vitest';
import { loadOf } from '../../../tests/support/truth-server-drive.ts';
import { driverNamed } from '../../drivers/index.ts';
import type { DriveContext } from '../../model/driver.ts';
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

test('a generator behind it runs the same command, in all its threads or Node’s main one, and its output is read as before', () => {
  const context: DriveContext = {
    address: '127.0.0.1',
    port: 1,
    folder: '/tmp',
    cpus: 1,
    workers: { loadcell: '/loadcell.mjs' },
    node: process.execPath,
    version: '2.3',
    expectedBody: null,
    seed: 1,
  };
  const prefix = ['chrt', '--reset-on-fork', '--fifo', '1'];
  for (const [name, own] of [
    ['ab', ['chrt', '--fifo', '1']],
    ['loadcell', prefix],
  ] as const) {
    const driver = driverNamed(name);
    const load = loadOf({ driver: name });
    const command = driver.command(load, context);
    const behind = startedBehind(prefix, driver);
    expect(behind.command(load, context)).toEqual({ ...command, argv: [...own, ...command.argv] });
    expect(behind.parse).toBe(driver.parse);
  }
});
