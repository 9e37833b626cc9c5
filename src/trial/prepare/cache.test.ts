import { expect, test } from 'vitest';
import { UserError } from '../../model/errors.ts';
import { binFolder, cacheFolder } from './cache.ts';

test.each([
  [{ XDG_CACHE_HOME: '/x', HOME: '/home/a' }, '/x/loadcell'],
  [{ HOME: '/home/a' }, '/home/a/.cache/loadcell'],
  [{ XDG_CACHE_HOME: '', HOME: '/home/a' }, '/home/a/.cache/loadcell'],
  [{ XDG_CACHE_HOME: 'relative', HOME: '/home/a' }, '/home/a/.cache/loadcell'],
])('%j keeps things in %s', (env, folder) => {
  expect(cacheFolder(env)).toBe(folder);
});

test('without a home there is nowhere, and the hint says what to set', () => {
  expect(() => cacheFolder({})).toThrow(UserError);
});

test('programs of our own lie in bin', () => {
  expect(binFolder('/x/loadcell')).toBe('/x/loadcell/bin');
});
