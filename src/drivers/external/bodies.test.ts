import { expect, it } from 'vitest';
import { differAtLeast } from './bodies.ts';

it('tells the fewest replies that can differ', () => {
  expect(differAtLeast(140, 10, 14)).toBe(0);
  expect(differAtLeast(139, 10, 14)).toBe(1);
  expect(differAtLeast(126, 10, 14)).toBe(1);
  expect(differAtLeast(125, 10, 14)).toBe(2);
  expect(differAtLeast(0, 10, 14)).toBe(10);
  expect(differAtLeast(14_000, 10, 14)).toBe(1);
});
