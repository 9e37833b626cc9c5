import { expect, test } from 'vitest';
import type { StageProcess } from '../../model/stage.ts';
import { host, sleepers, uniqueSleep } from './fixtures/kit.ts';
import { runInside } from './gate.ts';

const start = (spec: Parameters<typeof host.spawn>[0]): Promise<StageProcess> => host.spawn(spec);

test.each(['before it has begun', 'while it runs'])(
  'interrupted %s: it and what it started are killed',
  async (when) => {
    const sleep = uniqueSleep();
    const stop = new AbortController();
    if (when === 'before it has begun') stop.abort();
    else setTimeout(() => stop.abort(), 200);
    const argv = ['sh', '-c', `sleep ${sleep} & wait`];
    const end = await runInside(host, start, argv, { signal: stop.signal });
    expect(end).toMatchObject({ signal: 'SIGKILL', timedOut: false });
    expect(await sleepers(sleep)).toEqual([]);
  },
);

test('at its deadline it is killed too, and says so; without either it ends by itself', async () => {
  const { signal } = new AbortController();
  expect(await runInside(host, start, ['sleep', uniqueSleep()], { timeoutMs: 50, signal })).toMatchObject({
    signal: 'SIGKILL',
    timedOut: true,
  });
  expect(await runInside(host, start, ['true'], { signal })).toMatchObject({ code: 0, timedOut: false });
});
