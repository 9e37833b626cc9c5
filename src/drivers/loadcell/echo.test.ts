import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import net from 'node:net';
import { expect, test } from 'vitest';
import { toItself } from './echo.ts';

test('what is written to such a connection comes back, and nothing of it is left', async () => {
  const where = toItself(0);
  const ports: number[] = [];
  for (const said of ['one', 'two']) {
    const target = where();
    ports.push(target.port);
    const socket = net.connect(target);
    await once(socket, 'connect');
    socket.write(said);
    const [heard] = (await once(socket, 'data')) as [Buffer];
    expect(heard.toString()).toBe(said);
    socket.resetAndDestroy();
    await once(socket, 'close');
  }
  const left = await readFile('/proc/net/tcp', 'utf8');
  for (const port of ports) expect(left).not.toContain(`:${port.toString(16).toUpperCase()} `);
});

test('every connection has a port of its own, never the one to avoid', () => {
  const avoid = 20_500;
  const where = toItself(avoid);
  const ports = Array.from({ length: 9_999 }, () => where().port);
  expect(new Set(ports).size).toBe(ports.length);
  expect(ports).not.toContain(avoid);
  expect([Math.min(...ports), Math.max(...ports)]).toEqual([20_000, 29_999]);
});
