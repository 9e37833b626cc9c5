import { expect, test } from 'vitest';
import { type Job, type JobProgress, runJobs } from './jobs.ts';

test('runs in order, and stretches the time left as the first jobs took longer than planned', async () => {
  let nowMs = 0;
  const order: string[] = [];
  const job = (label: string, tookMs: number): Job => ({
    label,
    plannedMs: 100,
    run: async () => {
      order.push(label);
      nowMs += tookMs;
    },
  });
  const seen: JobProgress[] = [];
  const jobs = [job('a', 200), job('b', 200), job('c', 200)];
  await runJobs(
    jobs,
    new AbortController().signal,
    () => nowMs,
    (progress) => void seen.push(progress),
  );
  expect(order).toEqual(['a', 'b', 'c']);
  expect(seen.map(({ done, total, leftMs }) => [done, total, leftMs])).toEqual([
    [0, 3, 300],
    [1, 3, 400],
    [2, 3, 200],
  ]);
});

test('an interrupt ends it before the next job, and in the last one too', async () => {
  for (const at of [0, 1]) {
    const stop = new AbortController();
    const ran: number[] = [];
    const jobs = [0, 1].map((index) => ({
      label: String(index),
      plannedMs: 1,
      run: async () => {
        ran.push(index);
        if (index === at) stop.abort(new Error('interrupted'));
      },
    }));
    await expect(
      runJobs(
        jobs,
        stop.signal,
        () => 0,
        () => undefined,
      ),
    ).rejects.toThrow('interrupted');
    expect(ran).toHaveLength(at + 1);
  }
});
