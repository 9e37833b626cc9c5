import { expect, test } from 'vitest';
import {
  deltas,
  parseCounters,
  parseCpus,
  parseOpenFilesLimit,
  parsePressure,
  parseSchedstat,
  parseSockstat,
  parseSoftnet,
  parseStat,
  parseStatus,
  parseThrottled,
} from './parse-proc.ts';

test('counters are named by their group', () => {
  const text = 'TcpExt: SyncookiesSent ListenOverflows\nTcpExt: 3 17\nIpExt: InOctets\nIpExt: 9\n';
  expect(parseCounters(text)).toEqual({
    'TcpExt.SyncookiesSent': 3,
    'TcpExt.ListenOverflows': 17,
    'IpExt.InOctets': 9,
  });
});

test('differences leave out what did not change and what is missing on one side', () => {
  expect(deltas({ a: 1, b: 2 }, { a: 4, b: 2, c: 9 })).toEqual({ a: 3 });
});

test('sockets', () => {
  const text = 'sockets: used 45\nTCP: inuse 12 orphan 0 tw 1408 alloc 15 mem 3\nUDP: inuse 0 mem 0\n';
  expect(parseSockstat(text)).toEqual({ inUse: 12, timeWait: 1408 });
  expect(parseSockstat('')).toBeNull();
});

test('softnet rows are hexadecimal and summed', () => {
  const text = '0000000a 00000001 00000002 0 0\n00000010 00000000 00000000 0 0\n';
  expect(parseSoftnet(text)).toEqual({ processed: 26, dropped: 1, squeezed: 2 });
  expect(parseSoftnet('')).toBeNull();
});

test('CPU time by CPU, steal included', () => {
  const text = 'cpu  9 9 9 9 9 9 9 9 0 0\ncpu0 1 2 3 4 5 6 7 8 0 0\nintr 1\n';
  expect(parseCpus(text)).toEqual({ 0: { user: 3, system: 3, softirq: 13, idle: 9, steal: 8 } });
});

test('a command name with brackets and spaces does not shift the fields', () => {
  const fields = ['S', 3, 1, 1, 0, -1, 0, 0, 0, 0, 0, 150, 50, 40, 2, 20, 0, 7, 0, 12345];
  expect(parseStat(`42 (a) b (c)) ${fields.join(' ')} 0 0`)).toEqual({
    ticks: 200,
    childTicks: 42,
    parent: 3,
    threads: 7,
    startTime: 12345,
  });
  expect(parseStat('')).toBeNull();
});

test('what is not there is null, not 0', () => {
  expect(parseSchedstat('')).toBeNull();
  expect(parseSchedstat('12 34 5')).toEqual({ runNs: 12, waitNs: 34 });
  expect(parseStatus('')).toEqual({ rssBytes: null, voluntary: null, involuntary: null });
  expect(parseStatus('VmRSS:\t  100 kB\nvoluntary_ctxt_switches:\t5\nnonvoluntary_ctxt_switches:\t6\n')).toEqual({
    rssBytes: 102_400,
    voluntary: 5,
    involuntary: 6,
  });
  expect(parseOpenFilesLimit('Max open files            256                  256                  files\n')).toBe(256);
  expect(parseOpenFilesLimit('')).toBeNull();
  expect(parsePressure('some avg10=0.00 avg60=0.00 avg300=0.00 total=77\nfull avg10=0 total=1\n')).toBe(77);
  expect(parsePressure('')).toBeNull();
  expect(parseThrottled('usage_usec 5\nthrottled_usec 40\n')).toBe(40);
  expect(parseThrottled('nr_periods 0\nthrottled_time 5000\n')).toBe(5);
  expect(parseThrottled('')).toBeNull();
});
