/**
 * The least client there can be: one connection at a time, one request at a time, two clock readings. What it sees beyond the
 * server's own stamps is what the machine costs (loopback, waking up, other load): the floor that a driver is held against.
 * argv: port, requests to get warm by, requests that count, `kept` or `fresh`. Prints the µs of each that counts as JSON.
 */
import net from 'node:net';

const [port = 0, warmUp = 0, requests = 0] = process.argv.slice(2, 5).map(Number);
const mode = process.argv[5];
const request = `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: ${mode === 'kept' ? 'keep-alive' : 'close'}\r\n\r\n`;
const times: number[] = [];

/** Sends once on a socket (connected or about to be) and resolves with the time of the whole reply. */
function once(socket: net.Socket): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = '';
    const read = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      const body = text.indexOf('\r\n\r\n') + 4;
      if (body < 4 || text.length - body < Number(/Content-Length: (\d+)/.exec(text)?.[1])) return;
      const now = performance.now();
      socket.off('data', read).off('error', reject);
      resolve(now);
    };
    socket.on('data', read).on('error', reject);
    socket.write(request);
  });
}

const open = (): net.Socket => net.connect({ host: '127.0.0.1', port, autoSelectFamily: false });
let socket = open();
for (let i = 0; i < warmUp + requests; i++) {
  const start = performance.now();
  if (mode === 'fresh' && i > 0) socket = open();
  const end = await once(socket);
  if (i >= warmUp) times.push((end - start) * 1000);
  if (mode === 'fresh') await new Promise((resolve) => socket.resume().once('close', resolve));
}
socket.destroy();
process.stdout.write(JSON.stringify(times));
