import { expect, test } from 'vitest';
import type { DriveContext, Driver } from '../model/driver.ts';
import type { Host } from '../model/host.ts';
import type { Cell } from '../model/plan.ts';
import type { Stage } from '../model/stage.ts';
import { startLoad } from './load-run.ts';
import { targetProblem } from './targets.ts';

test.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost', '10.1.1.2', 'FE80::1'])('%s is this machine’s', (address) => {
  expect(targetProblem(address, ['10.1.1.2', 'fe80::1'])).toBeNull();
});

test.each(['10.1.1.3', 'evil.example', '127.0.0.1.evil.example', '127.0.0.1@evil.example', '0.0.0.0', '', '::'])(
  '%j is not',
  (address) => {
    expect(targetProblem(address, ['10.1.1.2'])?.what).toContain('not this machine');
  },
);

test('no generator is started for another address than the stage’s', async () => {
  const untouched = new Proxy({}, { get: (_, key) => (key === 'address' ? '10.1.1.2' : () => Promise.reject(key)) });
  const context = { address: '10.9.9.9' } as DriveContext;
  const cell = {} as Cell;
  const { signal } = new AbortController();
  const started = startLoad(
    signal,
    untouched as Host,
    untouched as Stage,
    untouched as Driver,
    cell,
    {} as never,
    context,
  );
  await expect(started).rejects.toMatchObject({ code: 'target-refused' });
});
