import net, { type AddressInfo } from 'node:net';
import fc from 'fast-check';

const BODY = 'hello';
const head = (status: string, ...headers: string[]): string => `HTTP/1.1 ${status}\r\n${headers.join('\r\n')}\r\n\r\n`;

/** The only good one, to prove that the bad ones are bad for what is in them. */
export const GOOD = `${head('200 OK', 'Content-Length: 5', 'Content-Type: text/plain')}${BODY}`;

const LONG = 'x'.repeat(70_000);

/** Replies that are none, or are not `200 hello`. */
export const BAD: readonly string[] = [
  '',
  '\n',
  '\r\n\r\n',
  '\0\0\0\0',
  'HTTP/1.1',
  'HTTP/1.1 200 OK\r\n',
  'HTTP/9.9 200 OK\r\n\r\nhello',
  'HTTP/1.1 -1 OK\r\nContent-Length: 5\r\n\r\nhello',
  'HTTP/1.1 99999 OK\r\nContent-Length: 5\r\n\r\nhello',
  'HTTP/1.1 000 OK\r\nContent-Length: 5\r\n\r\nhello',
  'SSH-2.0-OpenSSH_9.2\r\n',
  '\u0016\u0003\u0001\u0002\0\u0001\0',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '<html>hello</html>',
  `${head('200 OK', 'Content-Length: 5')}hell`,
  `${head('200 OK', 'Content-Length: 5')}HELLO`,
  `${head('200 OK', 'Content-Length: -5')}hello`,
  `${head('200 OK', 'Content-Length: 99999999999999999999')}hello`,
  `${head('200 OK', 'Content-Length: 5', 'Content-Length: 6')}hello`,
  `${head('200 OK', 'Content-Length: 0x5')}hello`,
  `${head('200 OK', 'Transfer-Encoding: chunked')}zz\r\nhello\r\n0\r\n\r\n`,
  `${head('200 OK', 'Transfer-Encoding: chunked')}ffffffffffffffff\r\nhello`,
  `${head('200 OK', 'Transfer-Encoding: chunked')}5\r\nhello\r\n`,
  `${head('200 OK', 'Transfer-Encoding: chunked')}3\r\nhel\r\n0\r\n\r\n`,
  `${head('200 OK', `X: ${LONG}`, 'Content-Length: 5')}hellO`,
  `${head('200 OK', ...Array.from({ length: 3_000 }, (_, index) => `X${index}: y`), 'Content-Length: 5')}hellO`,
  `${head('200 OK', 'Content-Length: 70000')}${LONG}`,
  head('204 No Content'),
  head('304 Not Modified'),
  head('100 Continue'),
  head('103 Early Hints'),
  head('101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'),
  `${head('301 Moved Permanently', 'Location: http://127.0.0.1:1/', 'Content-Length: 0')}`,
  `${head('500 Internal Server Error', 'Content-Length: 5')}hello`,
  `${head('404 Not Found', 'Content-Length: 5')}hello`,
  `${head('200 OK', '__proto__: x', 'constructor: y', 'Content-Length: 1')}x`,
  `${head('200 OK', 'Server: \u001b[2J<script>alert(1)</script>', 'Content-Length: 1')}x`,
  `${head('200 OK', 'Bad Header', 'Content-Length: 5')}hellO`,
];

/** Bytes that a server might send, none of them the good reply. */
export const badReply: fc.Arbitrary<Buffer> = fc.oneof(
  fc.constantFrom(...BAD).map((text) => Buffer.from(text, 'latin1')),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc
    .tuple(fc.constantFrom(...BAD), fc.uint8Array({ maxLength: 20 }))
    .map(([text, bytes]) => Buffer.concat([Buffer.from(text.slice(0, 60), 'latin1'), bytes])),
  // Another body of the right length.
  fc
    .string({ unit: 'binary-ascii', minLength: 5, maxLength: 5 })
    .filter((body) => body !== BODY)
    .map((body) => Buffer.from(`${head('200 OK', 'Content-Length: 5')}${body}`, 'latin1')),
  // Cut off anywhere but at its end.
  fc.nat(GOOD.length - 1).map((cut) => Buffer.from(GOOD.slice(0, cut))),
);

export interface RawServer extends AsyncDisposable {
  port: number;
  connections(): number;
}

/** Sends the bytes that `next` gives on each connection's first bytes, and ends the connection; null: stays silent. */
export async function rawServer(next: () => Buffer | string | null): Promise<RawServer> {
  let connections = 0;
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.once('data', () => {
      const reply = next();
      if (reply !== null) socket.end(reply);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
