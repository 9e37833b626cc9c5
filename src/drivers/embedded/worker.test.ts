import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { READY_LINE, type WorkerOrder, type WorkerReport } from './protocol.ts';
import { runWorker } from './worker.ts';

const ORDER = { address: '127.0.0.1', port: 1, seed: 7 } as WorkerOrder;
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function started() {
  const input = new PassThrough();
  const said: string[] = [];
  const ended = runWorker(
    input,
    async (text) => void said.push(text),
    async (order) => {
      said.push(`prepared for ${order.seed}`);
      await tick();
      return async () => ({ windowUs: order.seed }) as unknown as WorkerReport;
    },
  );
  return { input, said, ended };
}

test('it gets ready on the order, says so, and begins only when its input ends', async () => {
  const { input, said, ended } = started();
  const text = `${JSON.stringify(ORDER)}\n`;
  input.write(text.slice(0, 10));
  await tick();
  expect(said).toEqual([]);
  input.write(text.slice(10));
  for (let i = 0; i < 10; i += 1) await tick();
  expect(said).toEqual(['prepared for 7', `${READY_LINE}\n`]);
  input.end();
  await ended;
  expect(said).toEqual(['prepared for 7', `${READY_LINE}\n`, '{"windowUs":7}\n']);
});

test('an order that ends with the input, with or without a line break, is done at once', async () => {
  for (const end of ['', '\n']) {
    const { input, said, ended } = started();
    input.end(`${JSON.stringify(ORDER)}${end}`);
    await ended;
    expect(said).toEqual(['prepared for 7', `${READY_LINE}\n`, '{"windowUs":7}\n']);
  }
});
