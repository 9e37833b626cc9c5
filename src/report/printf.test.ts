import { describe, expect, it } from 'vitest';
import { fixed } from './printf.ts';

describe("C's rounding", () => {
  it.each([
    [0.125, 2, '0.12'],
    [0.375, 2, '0.38'],
    [2.5, 0, '2'],
    [3.5, 0, '4'],
    [0.25, 1, '0.2'],
    [0.75, 1, '0.8'],
    [-0.25, 1, '-0.2'],
    [1.0625, 3, '1.062'],
    [1.005, 2, '1.00'],
    [9216.2, 2, '9216.20'],
    [0, 3, '0.000'],
  ])('%d with %i decimals is %s', (value, digits, text) => {
    expect(fixed(value, digits)).toBe(text);
  });
});
