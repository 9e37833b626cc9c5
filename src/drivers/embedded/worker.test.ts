import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import type { WorkerOrder, WorkerReport } from './protocol.ts';
import { runWorker } from './worker.ts';

const ORDER = { address: '127.0.0.1', port: 1, seed: 7 } as WorkerOrder;
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function started() {
  const input = new PassThrough();
  const said: string[] = [];
  const ended = runWorker(
    input,
    (text) => void said.push(text),
    async (order) => {
      said.push(`ready for ${order.seed}`);
      return async () => ({ windowUs: order.seed }) as unknown as WorkerReport;
    },
  );
  return { input, said, ended };
}

test('it gets ready on the order and begins only when its input ends', async () => {
  const { input, said, ended } = started();
  const text = `${JSON.stringify(ORDER)}\n`;
  input.write(text.slice(0, 10));
  await tick();
  expect(said).toEqual([]);
  input.write(text.slice(10));
  for (let i = 0; i < 10; i += 1) await tick();
  expect(said).toEqual(['ready for 7']);
  input.end();
  await ended;
  expect(said).toEqual(['ready for 7', '{"windowUs":7}\n']);
});

test('an order that ends with the input, with or without a line break, is done at once', async () => {
  for (const end of ['', '\n']) {
    const { input, said, ended } = started();
    input.end(`${JSON.stringify(ORDER)}${end}`);
    await ended;
    expect(said).toEqual(['ready for 7', '{"windowUs":7}\n']);
  }
});
