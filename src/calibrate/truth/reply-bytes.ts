/** What of a request decides how its reply is written. */
export interface Asked {
  /** HTTP/1.0 that asks to keep the connection wants to read that it is kept. */
  keepAliveHeader: boolean;
  /** A HEAD: no body. */
  head: boolean;
}

export interface ReplyShape {
  status: string;
  body: Buffer;
  close: boolean;
  framing: 'length' | 'chunked' | 'eof';
}

/** The truth server's reply as it goes out, in one piece. */
export function replyBytes(asked: Asked, { status, body, close, framing }: ReplyShape): Buffer {
  let head = `HTTP/1.1 ${status}\r\nServer: truth\r\nContent-Type: text/plain\r\n`;
  if (close || framing === 'eof') head += 'Connection: close\r\n';
  else if (asked.keepAliveHeader) head += 'Connection: keep-alive\r\n';
  if (framing === 'length') head += `Content-Length: ${body.length}\r\n`;
  if (framing === 'chunked') head += 'Transfer-Encoding: chunked\r\n';
  const top = Buffer.from(`${head}\r\n`, 'latin1');
  if (asked.head) return top;
  return Buffer.concat([top, framing === 'chunked' ? chunked(body) : body]);
}

/** In two chunks, so that a reader has to put them together. */
function chunked(content: Buffer): Buffer {
  const middle = Math.floor(content.length / 2);
  const parts = [content.subarray(0, middle), content.subarray(middle)].filter((part) => part.length > 0);
  const pieces = parts.flatMap((part) => [Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]);
  return Buffer.concat([...pieces, Buffer.from('0\r\n\r\n')]);
}
