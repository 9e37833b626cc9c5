import { describe, expect, it } from 'vitest';
import { contextOf, sampleLoad } from '../../../tests/support/drive-sample.ts';
import type { Load } from '../../model/plan.ts';
import { h2load } from './driver.ts';

const timed = { kind: 'duration', durationMs: 1_500 } as const;
const argvOf = (part: Partial<Load>): string => h2load.command(sampleLoad(part), contextOf({ cpus: 3 })).argv.join(' ');

describe('h2load’s command', () => {
  it('HTTP/1.1 by its option, HTTP/2 without', () => {
    expect(argvOf({ stop: timed, connections: 4, timeoutMs: 700 })).toBe(
      'h2load --h1 -D 1500ms -c 4 -t 2 -m 1 -N 700ms --log-file=/trial/h2load-requests.tsv http://127.0.0.1:8080/',
    );
    expect(argvOf({ stop: timed, http: '2', pipelining: 10 })).toMatch(/^h2load -D 1500ms -c 1 -t 1 -m 10 /);
  });

  it('empties the log that h2load appends to', () => {
    expect(h2load.command(sampleLoad(), contextOf()).inputs).toEqual({ 'h2load-requests.tsv': '' });
  });

  it('fresh connections, methods, bodies, Host', () => {
    expect(argvOf({ keepAlive: false })).toContain('-n 100 -c 1 -t 1 -m 1 ');
    expect(argvOf({ keepAlive: false })).toContain('-H Connection: close');
    expect(argvOf({ method: 'DELETE', headers: { Host: 'a.example', 'X-A': 'b:c' } })).toContain(
      '-H :method: DELETE -H :authority: a.example -H X-A: b:c',
    );
    expect(argvOf({ method: 'POST', body: 'x' })).toContain('-d /trial/h2load-body http');
    expect(argvOf({ method: 'PUT', body: 'x' })).toContain('-d /trial/h2load-body -H :method: PUT');
  });

  it('never starts a timed run over fresh connections, which would not end', () => {
    const argv = argvOf({ stop: timed, keepAlive: false, connections: 5 });
    expect(argv).toContain('-n 100 -c 5');
    expect(argv).not.toContain('-D');
  });

  it('a warm-up of fewer requests than connections is one for each', () => {
    expect(argvOf({ stop: { kind: 'requests', requests: 5 }, connections: 20 })).toContain('-n 20 -c 20');
  });
});

describe('what h2load cannot do', () => {
  const { rate } = { rate: { perSecond: 10, arrivals: 'constant' } } as const;
  it.each([
    ['an open loop', { rate, stop: timed }, 'use loadcell'],
    ['a timed run over fresh connections', { keepAlive: false, stop: timed }, 'use wrk, ab or loadcell'],
    ['a timed warm-up over fresh connections', { keepAlive: false, warmup: timed }, 'warmup: {requests: n}'],
    ['fresh connections over HTTP/2', { keepAlive: false, http: '2' }, 'set keepAlive'],
    ['fresh connections with pipelining', { keepAlive: false, pipelining: 2 }, 'set keepAlive'],
    ['HEAD over HTTP/1.1', { method: 'HEAD' }, 'use loadcell'],
    ['pipelined bodies', { method: 'POST', body: 'x', pipelining: 2 }, 'use wrk'],
    ['a header without a value', { headers: { 'X-A': '' } }, 'X-A'],
    ['fewer requests than connections', { connections: 101 }, '100 < 101'],
    ['CONNECT', { method: 'CONNECT' }, 'no driver does'],
  ] as [string, Partial<Load>, string][])('%s', (_name, part, says) => {
    expect(h2load.refuses(sampleLoad(part))).toContain(says);
  });

  it('and what it can', () => {
    const able: Partial<Load>[] = [
      {},
      { http: '2', stop: timed },
      { http: '2', method: 'HEAD' },
      { stop: timed, warmup: timed },
      { keepAlive: false, warmup: { kind: 'requests', requests: 10 } },
      { pipelining: 8, stop: timed },
    ];
    for (const part of able) expect(h2load.refuses(sampleLoad(part))).toBeNull();
  });
});
