import { connect, constants } from 'node:http2';
import { expect, it } from 'vitest';
import { type Fault, percentileUs, startTruthServer } from './truth-server.ts';

interface Reply {
  status: number;
  body: string;
  /** Code of the stream's or the session's end; null when it ended well. */
  problem: string | null;
}

/** GETs, one after the other on one connection, by an HTTP/2 client that is not ours. */
async function get(port: number, times: number): Promise<Reply[]> {
  const session = connect(`http://127.0.0.1:${port}`);
  session.on('error', () => undefined);
  const replies: Reply[] = [];
  for (let i = 0; i < times; i++) {
    replies.push(
      await new Promise<Reply>((resolve) => {
        const reply: Reply = { status: 0, body: '', problem: null };
        const stream = session.request({ ':path': '/' });
        stream
          .setEncoding('utf8')
          .on('response', (headers) => {
            reply.status = Number(headers[constants.HTTP2_HEADER_STATUS]);
          })
          .on('data', (text: string) => {
            reply.body += text;
          })
          .on('error', (error: NodeJS.ErrnoException) => {
            reply.problem = error.code ?? error.message;
          })
          .on('close', () => resolve(reply));
      }),
    );
  }
  session.destroy();
  return replies;
}

it('serves Node’s HTTP/2 client and counts as it does', async () => {
  await using server = await startTruthServer({ http: '2', delay: { kind: 'constant', ms: 5 } });
  const replies = await get(server.port, 3);
  expect(replies).toEqual(new Array(3).fill({ status: 200, body: server.body, problem: null }));
  const stats = await server.stats();
  expect(stats).toMatchObject({ requests: 3, replies: 3, connections: 1, faults: 0 });
  expect(percentileUs(stats.delaysUs, 0)).toBeGreaterThanOrEqual(4_000);
});

it.each([
  ['a 500', { kind: 'status-500', from: 1 }, { status: 500, problem: null }],
  [
    'a stream reset halfway',
    { kind: 'half-then-reset', from: 1 },
    { body: 'Hello, ', problem: 'ERR_HTTP2_STREAM_ERROR' },
  ],
  ['a content-length too large', { kind: 'length-too-long', from: 1 }, { problem: 'ERR_HTTP2_STREAM_ERROR' }],
] as [string, Fault, Partial<Reply>][])('misbehaves as told: %s', async (_name, fault, expected) => {
  await using server = await startTruthServer({ http: '2', fault });
  const [first, second] = await get(server.port, 2);
  expect(first).toEqual({ status: 200, body: server.body, problem: null });
  expect(second).toMatchObject(expected);
  expect((await server.stats()).faults).toBe(1);
});
