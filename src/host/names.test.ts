import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { askName, holdName } from './names.ts';

const name = (): string => `loadcell-test-${process.pid}-${randomInt(1e9)}`;

test('one at a time holds a name, tells who asks, and lets it go', async () => {
  const own = name();
  expect(await askName(own)).toBeNull();
  const held = await holdName(own, 'it is me');
  expect(held).not.toBeNull();
  expect(await holdName(own, 'another')).toBeNull();
  expect(await askName(own)).toBe('it is me');
  // The kernel knows it by the name alone, whatever libuv pads it with.
  expect(await readFile('/proc/self/net/unix', 'utf8')).toMatch(new RegExp(`@${own}@*$`, 'm'));
  await held?.[Symbol.asyncDispose]();
  expect(await askName(own)).toBeNull();
  await (await holdName(own, ''))?.[Symbol.asyncDispose]();
});

test('at most 4 KiB of an answer are taken', async () => {
  const own = name();
  const held = await holdName(own, 'x'.repeat(100_000));
  expect(await askName(own)).toBe('x'.repeat(4096));
  await held?.[Symbol.asyncDispose]();
});
