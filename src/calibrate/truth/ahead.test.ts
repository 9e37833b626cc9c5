import { expect, test } from 'vitest';
import { driveContextOf, loadOf } from '../../../tests/support/truth-server-drive.ts';
import { driverNamed } from '../../drivers/index.ts';
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
  const context = driveContextOf({ workers: { loadcell: '/loadcell.mjs' } });
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
