import type { Load } from '../../model/plan.ts';

/** The bytes of one request: head and body in one piece, so that they leave in one packet and Nagle has nothing to hold. */
export function requestBytes(load: Load, address: string, port: number): Buffer {
  const headers: [string, string][] = [
    ['Host', address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`],
    ['User-Agent', 'loadcell'],
    ['Accept', '*/*'],
    // Said in both cases: HTTP/1.0 servers keep a connection only when asked to.
    ['Connection', load.keepAlive ? 'keep-alive' : 'close'],
  ];
  if (load.body !== null) headers.push(['Content-Length', String(Buffer.byteLength(load.body))]);
  const own = Object.entries(load.headers);
  const overridden = new Set(own.map(([name]) => name.toLowerCase()));
  const all = [...headers.filter(([name]) => !overridden.has(name.toLowerCase())), ...own];
  const lines = all.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.from(`${load.method} ${load.path} HTTP/1.1\r\n${lines}\r\n${load.body ?? ''}`, 'utf8');
}
