import fc from 'fast-check';
import { HTTPParser } from 'http-parser-js';
import { describe, expect, it } from 'vitest';
import { ReplyError } from './reply-head.ts';
import { HeadCache, ReplyReader } from './reply-reader.ts';

interface Read {
  result: 'complete' | 'more' | 'cut';
  status: number;
  bodyBytes: number;
  mismatched: boolean;
  keepAlive: boolean;
  excess: number;
}

/** Reads the text in pieces of the given lengths (and the rest at once), as one buffer that is used again and again. */
function read(
  text: string,
  lengths: number[],
  options: { expected?: string; toHead?: boolean; eof?: boolean } = {},
): Read {
  const reader = new ReplyReader(options.expected ?? null, options.toHead ?? false, new HeadCache());
  reader.begin();
  const bytes = Buffer.from(text, 'latin1');
  const buffer = Buffer.alloc(Math.max(64, bytes.length), 0x0a);
  let at = 0;
  let result: Read['result'] = 'more';
  for (const length of [...lengths, bytes.length]) {
    const piece = bytes.subarray(at, at + length);
    if (piece.length === 0 || result === 'complete') continue;
    piece.copy(buffer);
    at += piece.length;
    result = reader.read(buffer, piece.length);
  }
  if (options.eof && result !== 'complete') result = reader.end();
  const { status, bodyBytes, mismatched, keepAlive, excess } = reader;
  return { result, status, bodyBytes, mismatched, keepAlive, excess: excess + (bytes.length - at) };
}

const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;

describe('the reply reader', () => {
  const cases: [string, string, Partial<Read>, Parameters<typeof read>[2]?][] = [
    ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', { status: 200, bodyBytes: 5, keepAlive: true }],
    ['no body at all', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n', { bodyBytes: 0, keepAlive: true }],
    ['204', 'HTTP/1.1 204 No Content\r\n\r\n', { status: 204, keepAlive: true }],
    ['304 with a length', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n', { status: 304, bodyBytes: 0 }],
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', { bodyBytes: 0 }, { toHead: true, expected: 'hello' }],
    [
      'chunks with extensions and trailers',
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\nContent-Length: 3\r\n\r\n2;a=b\r\nhe\r\n${chunk('llo')}0\r\nX: y\r\n\r\n`,
      { bodyBytes: 5, keepAlive: true },
    ],
    ['the end of the connection', 'HTTP/1.1 200 OK\r\n\r\nhello', { bodyBytes: 5, keepAlive: false }, { eof: true }],
    ['an unknown coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: x\r\n\r\nhello', { bodyBytes: 5 }, { eof: true }],
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello', { keepAlive: false }],
    [
      'HTTP/1.0 kept',
      'HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 5\r\n\r\nhello',
      { keepAlive: true },
    ],
    ['close', 'HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 5\r\n\r\nhello', { keepAlive: false }],
    ['no reason phrase', 'HTTP/1.1 599\r\nContent-Length: 5\r\n\r\nhello', { status: 599 }],
    [
      'interim replies',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
      { status: 200, bodyBytes: 5 },
    ],
    ['one length twice', 'HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\nContent-Length: 5\r\n\r\nhello', { bodyBytes: 5 }],
  ];
  it.each(cases)('reads %s, however it is cut', (_name, text, expected, options) => {
    const whole = read(text, [], options);
    expect(whole).toMatchObject({ result: 'complete', excess: 0, mismatched: false, ...expected });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 40 }), (lengths) => {
        expect(read(text, lengths, options)).toEqual(whole);
      }),
    );
  });

  it.each([
    ['not HTTP', 'SSH-2.0-OpenSSH\r\n'],
    ['HTTP/2', 'HTTP/2 200\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['a length that is no number', 'HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n\r\nhello'],
    ['a negative length', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello'],
    ['a line without a colon', 'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n'],
    ['a chunk size that is no number', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello'],
    ['a chunk longer than it says', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n'],
    ['an unasked upgrade', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n'],
    ['a head without end', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(70_000)}`],
  ])('refuses %s', (_name, text) => {
    expect(() => read(text, [])).toThrow(ReplyError);
    expect(() => read(text, [3, 4, 5])).toThrow(ReplyError);
  });

  it('tells a cut reply from one that ends with the connection', () => {
    expect(read('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello', [], { eof: true }).result).toBe('cut');
    expect(read('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n', [], { eof: true }).result).toBe(
      'cut',
    );
    expect(read('HTTP/1.1 200', [], { eof: true }).result).toBe('cut');
    expect(read('', [], { eof: true }).result).toBe('cut');
  });

  it('sees every body that is not the expected one', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.array(fc.integer({ min: 1, max: 9 })),
        fc.boolean(),
        (sent, expected, lengths, chunked) => {
          const body = Buffer.from(sent, 'utf8').toString('latin1');
          const framing = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`;
          const content = chunked ? `${body === '' ? '' : chunk(body)}0\r\n\r\n` : body;
          const reply = read(`HTTP/1.1 200 OK\r\n${framing}\r\n\r\n${content}`, lengths, { expected });
          expect(reply.result).toBe('complete');
          expect(reply.mismatched).toBe(sent !== expected);
        },
      ),
    );
  });

  it('counts what comes behind the reply', () => {
    expect(read('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello', [])).toMatchObject({
      result: 'complete',
      excess: 3,
    });
  });

  it('agrees with http-parser-js on what both take for a reply', () => {
    const header = fc.oneof(
      fc.constantFrom(
        'Connection: close',
        'Connection: keep-alive',
        'Server: x',
        'Date: Mon, 23 Nov 2026 08:00:00 GMT',
      ),
      fc.stringMatching(/^X-[a-z]{1,8}: [ -~]{0,30}$/),
    );
    const reply = fc.record({
      version: fc.constantFrom('1.0', '1.1'),
      status: fc.constantFrom(200, 201, 204, 304, 404, 500),
      headers: fc.array(header, { maxLength: 6 }),
      body: fc.stringMatching(/^[ -~]{0,200}$/),
      chunked: fc.boolean(),
      lengths: fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 20 }),
    });
    fc.assert(
      fc.property(reply, ({ version, status, headers, body, chunked, lengths }) => {
        const bare = status === 204 || status === 304;
        const framing = bare ? [] : [chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`];
        const content = bare ? '' : chunked ? `${body === '' ? '' : chunk(body)}0\r\n\r\n` : body;
        const text = `HTTP/${version} ${status} X\r\n${[...headers, ...framing].map((line) => `${line}\r\n`).join('')}\r\n${content}`;
        const ours = read(text, lengths);
        const theirs = parse(text);
        expect(theirs).toEqual({ complete: true, status: ours.status, bodyBytes: ours.bodyBytes });
        expect(ours).toMatchObject({ result: 'complete', excess: 0 });
      }),
    );
  });
});

function parse(text: string): { complete: boolean; status: number; bodyBytes: number } {
  const parser = new HTTPParser(HTTPParser.RESPONSE);
  const seen = { complete: false, status: 0, bodyBytes: 0 };
  parser[HTTPParser.kOnHeadersComplete] = (info) => {
    seen.status = info.statusCode;
  };
  parser[HTTPParser.kOnBody] = (_chunk, _from, length) => {
    seen.bodyBytes += length;
  };
  parser[HTTPParser.kOnMessageComplete] = () => {
    seen.complete = true;
  };
  parser.execute(Buffer.from(text, 'latin1'));
  return seen;
}
