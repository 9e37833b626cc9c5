import { expect, test } from 'vitest';
import { certificate } from './fixtures/certificate.ts';
import { certificateTables, driverTable } from './table.ts';

const rowsOf = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

test('a row a driver: ceilings with the cores behind them, and how much of what it says is right', () => {
  const [, , ab, own] = rowsOf(driverTable(certificate().drivers));
  expect(ab).toEqual(['ab', '2.3 evil [31m', '60,000 (1.00)', '20,000', '4 of 6', '2 of 2', '2 of 2']);
  expect(own).toEqual(['loadcell', '0.1.0', '-', '18,000 (0.95)', '2 of 3', '1 of 2', '1 of 2']);
});

test('the whole certificate: every table is whole, and what is wrong is marked', () => {
  const text = certificateTables(certificate());
  expect(new Set(rowsOf(text).map((row) => row.length))).toEqual(new Set([7, 9, 6]));
  expect(text).toContain('5,400 +400 (100) !');
  expect(text).toContain('| ab       | open loop   | 5 ms, one stall of 1 s |');
  expect(text).toContain('5,110 -5 (95) ');
  expect(text).toContain('driver 7 more !');
  expect(text).toContain('server 1 more ');
  expect(text).toContain('1.0200 !');
  expect(text).toContain('| it gave up ');
  expect(text).toContain('loadcell: windows without a measurement: 1, the first: it gave up');
  expect(text).toContain('medians of 3 interleaved rounds');
  expect(text).toContain("loadcell's own driver / ab: 0.900 (median of 3)");
  expect(text).toContain(
    '(ab, fresh connections, median of 10): 250 ms; 208 ms (at most 240 ms) without the 42 ms that the server takes',
  );
  expect(text).toContain('worst 3.0%');
  expect(text).toContain('counts by itself, all at real-time priority.');
  expect(text).toContain('used 8.6 ms of CPU time (median) in such an observed window of 2,000 ms: 0.4% of one CPU.');
  expect(text).not.toContain('\u001b');
  expect(text).not.toMatch(/NaN|undefined|null/);
  expect(text).not.toContain('smoke run');
});

test('a machine that was not quiet is told, a quiet one is not', () => {
  const noise = certificate().noise.map((floor) => ({ ...floor, median: 0.051 }));
  expect(certificateTables({ ...certificate(), noise })).toContain('Two equal trials lie 5.1% apart');
  expect(certificateTables(certificate())).not.toContain('not quiet');
});

test('a smoke run says that it is one, and what was not measured leaves no hole', () => {
  const none = { overhead: [], runner: null, noise: [], gaps: [], drivers: [] };
  const text = certificateTables({ ...certificate(), quick: true, truthsInRealTime: false, ...none });
  expect(text).toContain('A smoke run');
  expect(text).not.toContain('real-time');
  expect(text).not.toMatch(/NaN|undefined|null|\n\n\n/);
});
