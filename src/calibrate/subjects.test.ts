import { expect, test } from 'vitest';
import { drivers } from '../drivers/index.ts';
import { certificate } from './fixtures/certificate.ts';
import { firstOfEach, freshRatio, subjectsOf } from './subjects.ts';

const named = (...names: string[]) => drivers.filter(({ name }) => names.includes(name));

test('the strongest external and embedded generators of each kind of connection', () => {
  const subjects = subjectsOf(
    named('ab', 'wrk', 'loadcell', 'autocannon'),
    ({ capabilities }, kind) => capabilities[kind],
  );
  expect(subjects).toEqual([
    { driver: 'wrk', kind: 'keepAlive' },
    { driver: 'loadcell', kind: 'keepAlive' },
    { driver: 'ab', kind: 'fresh' },
    { driver: 'loadcell', kind: 'fresh' },
  ]);
  expect(firstOfEach(subjects)).toEqual([
    { driver: 'wrk', kind: 'keepAlive' },
    { driver: 'ab', kind: 'fresh' },
  ]);
});

test('one that cannot do a kind is no subject of it', () => {
  expect(subjectsOf(named('autocannon'), (_driver, kind) => kind === 'keepAlive')).toEqual([
    { driver: 'autocannon', kind: 'keepAlive' },
  ]);
  expect(firstOfEach([])).toEqual([]);
});

test('two drivers over fresh connections, round by round; nothing where one was not measured', () => {
  const { drivers: both } = certificate();
  expect(freshRatio(both, 'loadcell', 'ab')).toEqual([0.9, 0.9, 0.95]);
  expect(freshRatio(both, 'loadcell', 'wrk')).toEqual([]);
});
