import { once } from 'node:events';
import net from 'node:net';
import { expect, test } from 'vitest';
import { loadOf } from '../../../tests/support/truth-server-drive.ts';
import { type CannedTarget, rehearsalRuns, withCannedServer } from './canned.worker.ts';
import type { WorkerOrder } from './protocol.ts';

const order = (keepAlive: boolean, expectedBody: string | null): WorkerOrder => ({
  address: '127.0.0.1',
  port: 1,
  seed: 1,
  expectedBody,
  load: loadOf({ keepAlive }),
});

/** Sends requests one after the other; what came back, and the connection, which is left open where it may be. */
async function ask(target: CannedTarget, requests: number): Promise<{ text: string; socket: net.Socket }> {
  const socket = net.connect('path' in target ? { path: target.path } : target);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString();
  });
  for (let i = 0; i < requests; i++) {
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await once(socket, 'data');
  }
  return { text, socket };
}

test.each([
  [true, 3],
  [false, 1],
] as const)('with kept connections %s it replies with what is expected', async (keepAlive, requests) => {
  let seen = '';
  await withCannedServer(order(keepAlive, 'grüß'), 'unix', async (target) => {
    const { text, socket } = await ask(target, requests);
    seen = text;
    if (!keepAlive) await once(socket, 'close');
  });
  expect(seen.split('HTTP/1.1 200 OK')).toHaveLength(requests + 1);
  expect(seen).toContain(`Connection: ${keepAlive ? 'keep-alive' : 'close'}\r\n`);
  expect(seen).toContain('Content-Length: 6\r\n\r\ngrüß');
});

test('nothing of it is left when it has ended: neither the address nor a connection', async () => {
  let known: CannedTarget | undefined;
  let open: net.Socket | undefined;
  await withCannedServer(order(true, null), 'unix', async (target) => {
    known = target;
    open = (await ask(target, 1)).socket;
  });
  if (open?.destroyed === false) await once(open, 'close');
  await expect(ask(known as CannedTarget, 1)).rejects.toThrow('ECONNREFUSED');
});

test('where it cannot listen, there is no rehearsal', async () => {
  await withCannedServer(order(true, null), 'unix', async () => {
    await withCannedServer(order(true, null), 'unix', () => Promise.reject(new Error('the address was taken')));
  });
});

test('a large body is rehearsed less often', () => {
  expect(rehearsalRuns(order(true, null), 2_000)).toEqual([20, 20, 20, 20, 2_000]);
  expect(rehearsalRuns(order(true, 'x'.repeat(100_000)), 2_000).at(-1)).toBe(320);
});
