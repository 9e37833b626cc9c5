import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { percentileUs, startTruthServer } from './truth-server.ts';

const run = promisify(execFile);

it('counts what curl asks of it, fresh and kept', async () => {
  await using server = await startTruthServer({ delay: { kind: 'constant', ms: 5 } });
  const url = `http://127.0.0.1:${server.port}/`;
  const { stdout } = await run('curl', ['-s', url, url, url]);
  expect(stdout).toBe(server.body.repeat(3));
  let stats = await server.stats();
  expect(stats).toMatchObject({ requests: 3, replies: 3, connections: 1, closedByServer: 0, maxOpen: 1 });
  expect(percentileUs(stats.delaysUs, 0)).toBeGreaterThanOrEqual(4_000);
  await server.reset();
  await run('curl', ['-s', '-H', 'Connection: close', url]);
  await run('curl', ['-s', '-I', '--http1.0', url]);
  stats = await server.stats();
  expect(stats).toMatchObject({ requests: 2, connections: 2, closedByServer: 2 });
});

it('frames its reply in three ways', async () => {
  for (const framing of ['length', 'chunked', 'eof'] as const) {
    await using server = await startTruthServer({ framing });
    const { stdout } = await run('curl', ['-s', '-i', `http://127.0.0.1:${server.port}/`]);
    expect(stdout.endsWith(`\r\n\r\n${server.body}`)).toBe(true);
  }
});

it.each(['kept', 'fresh'])('the bare client tells of what comes after its warm-up, %s', async (mode) => {
  await using server = await startTruthServer();
  const program = fileURLToPath(new URL('../../src/calibrate/truth/bare-client.worker.ts', import.meta.url));
  const args = [String(server.port), '5', '10', mode];
  const { stdout } = await run(process.execPath, ['--import', import.meta.resolve('tsx'), program, ...args]);
  expect(JSON.parse(stdout)).toHaveLength(10);
  expect(await server.stats()).toMatchObject({ requests: 15, connections: mode === 'kept' ? 1 : 15 });
});

it('misbehaves as told', async () => {
  await using server = await startTruthServer({ fault: { kind: 'length-too-long', from: 1 } });
  const url = `http://127.0.0.1:${server.port}/`;
  await run('curl', ['-s', url]);
  await expect(run('curl', ['-s', '-H', 'Connection: close', url])).rejects.toMatchObject({ code: 18 });
  expect((await server.stats()).faults).toBe(1);
});

it('holds what comes in the stall until it is over', async () => {
  await using server = await startTruthServer({ delay: { kind: 'stall', afterMs: 0, stallMs: 300, baseMs: 0 } });
  await run('curl', ['-s', `http://127.0.0.1:${server.port}/`]);
  const stats = await server.stats();
  expect(stats.stalled).toBe(1);
  expect(stats.delaysUs[0]).toBeGreaterThanOrEqual(295_000);
});
