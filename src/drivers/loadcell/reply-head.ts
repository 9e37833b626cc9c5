/** The part of a reply's head that decides how the reply is read. */
export interface ReplyHead {
  status: number;
  framing: Framing;
  /** Whether the connection can carry another request afterwards. */
  keepAlive: boolean;
  server: string | null;
}

/** How the end of the body is known (RFC 9112, section 6.3). */
type Framing = { kind: 'none' } | { kind: 'length'; bytes: number } | { kind: 'chunked' } | { kind: 'until-close' };

/** A reply that is not HTTP/1.x as RFC 9112 has it. */
export class ReplyError extends Error {}

/**
 * Parses a reply's head: the text from the status line to the last header line, without the empty line.
 * Strict where a lenient reader would count a broken reply as a good one: lengths are digits, codings are known.
 * @param toHead whether the request was HEAD (its reply has no body, whatever its headers say)
 * @throws ReplyError
 */
export function parseReplyHead(text: string, toHead: boolean): ReplyHead {
  const lines = text.split('\r\n');
  const match = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/.exec(lines[0] as string);
  if (!match) throw new ReplyError(`not an HTTP/1.x status line: ${JSON.stringify((lines[0] as string).slice(0, 60))}`);
  const status = Number(match[2]);
  let length: number | null = null;
  let codings = '';
  let connection = '';
  let server: string | null = null;
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i] as string;
    const colon = line.indexOf(':');
    if (colon <= 0) throw new ReplyError(`not a header line: ${JSON.stringify(line.slice(0, 60))}`);
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'content-length') length = lengthOf(value, length);
    else if (name === 'transfer-encoding') codings = codings === '' ? value : `${codings},${value}`;
    else if (name === 'connection') connection = `${connection},${value.toLowerCase()}`;
    else if (name === 'server') server ??= value;
  }
  const framing = framingOf(status, toHead, codings, length);
  const tokens = connection.split(',').map((token) => token.trim());
  const wished = match[1] === '1' ? !tokens.includes('close') : tokens.includes('keep-alive');
  return { status, framing, keepAlive: wished && framing.kind !== 'until-close', server };
}

function lengthOf(value: string, before: number | null): number {
  for (const one of value.split(',')) {
    const text = one.trim();
    if (!/^\d{1,15}$/.test(text))
      throw new ReplyError(`Content-Length is not a number: ${JSON.stringify(value.slice(0, 60))}`);
    if (before !== null && before !== Number(text)) throw new ReplyError('two different Content-Lengths');
    before = Number(text);
  }
  return before as number;
}

function framingOf(status: number, toHead: boolean, codings: string, length: number | null): Framing {
  if (toHead || status < 200 || status === 204 || status === 304) return { kind: 'none' };
  if (codings !== '') {
    // The last coding delimits the message; Content-Length is void beside it.
    return /(^|,)\s*chunked\s*$/i.test(codings) ? { kind: 'chunked' } : { kind: 'until-close' };
  }
  if (length !== null) return length === 0 ? { kind: 'none' } : { kind: 'length', bytes: length };
  return { kind: 'until-close' };
}
