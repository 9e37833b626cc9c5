import { describe, expect, it } from 'vitest';
import { contextOf, sampleLoad } from '../../../tests/support/drive-sample.ts';
import type { Load } from '../../model/plan.ts';
import { hey } from './driver.ts';
import { TEMPLATE } from './template.ts';

const timed = { kind: 'duration', durationMs: 1_500 } as const;
const argvOf = (part: Partial<Load>): string =>
  hey.command(sampleLoad(part), contextOf()).argv.join(' ').replace(TEMPLATE, 'TEMPLATE');

describe('hey’s command', () => {
  it('takes counts, times and connections', () => {
    expect(argvOf({ connections: 4, timeoutMs: 700 })).toBe(
      'hey -n 100 -c 4 -cpus 1 -t 1 -o TEMPLATE -disable-compression -disable-redirects http://127.0.0.1:8080/',
    );
    expect(argvOf({ stop: timed, keepAlive: false })).toMatch(/^hey -z 1500ms .*-disable-keepalive/);
  });

  it('methods, bodies, headers, Host', () => {
    const put = { method: 'PUT', body: 'x', headers: { host: 'a.example', 'X-A': 'b:c' } };
    expect(argvOf(put)).toContain('-m PUT -H X-A: b:c -host a.example -D /trial/hey-body http');
    expect(hey.command(sampleLoad(put), contextOf()).inputs).toEqual({ 'hey-body': 'x' });
  });

  it('a warm-up that is no multiple of the connections is rounded up', () => {
    expect(argvOf({ stop: { kind: 'requests', requests: 25 }, connections: 20 })).toContain('-n 40 -c 20');
  });
});

describe('what hey cannot do', () => {
  it.each([
    ['an open loop', { rate: { perSecond: 10, arrivals: 'constant' }, stop: timed }, 'use loadcell'],
    ['HTTP/2 without TLS', { http: '2' }, 'use h2load'],
    ['pipelining', { pipelining: 2 }, 'use h2load'],
    ['no multiple of the connections', { connections: 30 }, 'give 120 requests instead of 100'],
    ['fewer requests than connections', { connections: 200 }, 'give 200 requests'],
    ['more kept connections than its pool', { connections: 501, stop: timed }, 'at most 500'],
    ['a header without a value', { headers: { 'X-A': '' } }, 'X-A'],
    ['CONNECT', { method: 'CONNECT' }, 'no driver does'],
  ] as [string, Partial<Load>, string][])('%s', (_name, part, says) => {
    expect(hey.refuses(sampleLoad(part))).toContain(says);
  });

  it('and what it can', () => {
    const able: Partial<Load>[] = [
      {},
      { stop: timed },
      { keepAlive: false, stop: timed, connections: 1_000 },
      { method: 'HEAD', connections: 500, stop: timed },
    ];
    for (const part of able) expect(hey.refuses(sampleLoad(part))).toBeNull();
  });
});
