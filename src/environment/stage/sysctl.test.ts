import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Tweak } from '../../model/plan.ts';
import { copiedOf, keyOf, proofsOf } from './sysctl.ts';
import { normalise, type SysctlDone } from './sysctl-protocol.ts';

const tweak: Tweak = {
  path: '/proc/sys/net/ipv4/tcp_rmem',
  value: '1 2 3',
  control: 'sysctl',
  setting: 'sysctl.net.ipv4.tcp_rmem',
  scope: 'namespace',
  optional: false,
};
const done = (more: Partial<SysctlDone>): SysctlDone => ({
  path: tweak.path,
  asked: tweak.value,
  before: '0',
  after: '1\t2\t3',
  code: null,
  ...more,
});
const proof = (...sides: Partial<SysctlDone>[]) =>
  proofsOf(
    [tweak],
    Object.fromEntries(sides.map((side, index) => [['server', 'generator'][index], { copy: [], set: [done(side)] }])),
  )[0];

describe('a proof', () => {
  it('holds when the kernel gives back what was asked, whatever separates the numbers', () => {
    expect(proof({})).toEqual({
      setting: tweak.setting,
      asked: '1 2 3',
      before: '0',
      during: '1\t2\t3',
      held: true,
      detail: null,
    });
  });

  it.each([
    [{ after: '1\t2\t4' }, /reads 1 2 4/],
    [{ code: 'ENOENT', after: null }, /does not have it/],
    [{ code: 'EINVAL' }, /refused the value/],
    [{ code: 'EACCES' }, /cannot be written/],
    [{ code: 'EIO' }, /EIO/],
    [{ after: null }, /read back/],
  ])('does not hold after %o', (side, detail) => {
    expect(proof(side)).toMatchObject({ held: false, detail: expect.stringMatching(detail) });
  });

  it('holds only where both sides of a shaped network have it, and names the one that has not', () => {
    expect(proof({}, {})).toMatchObject({ held: true });
    expect(proof({}, { after: '9' })).toMatchObject({ held: false, detail: 'generator: it reads 9 after writing' });
  });

  it('does not hold when nothing was said of it', () => {
    expect(proofsOf([tweak], {})).toMatchObject([{ held: false, detail: 'it was not written' }]);
  });
});

it('records only what was copied and holds', () => {
  const report = {
    set: [],
    copy: [done({}), done({ path: '/proc/sys/net/core/somaxconn', code: 'EACCES', after: '5' })],
  };
  expect(copiedOf(report)).toEqual({ 'net.ipv4.tcp_rmem': '1 2 3' });
  expect(copiedOf(undefined)).toEqual({});
});

it('names keys as sysctl(8) does', () => {
  expect(keyOf('/proc/sys/net/ipv4/tcp_rmem')).toBe('net.ipv4.tcp_rmem');
  expect(keyOf('/proc/sys/net/ipv4/conf/eth0.5/rp_filter')).toBe('net.ipv4.conf.eth0/5.rp_filter');
});

it('normalises to one form, once and for all', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(), { minLength: 1 }),
      fc.array(fc.constantFrom(' ', '\t', '  '), { minLength: 20 }),
      (numbers, gaps) => {
        const text = numbers.map((number, index) => `${gaps[index % gaps.length]}${number}`).join('');
        expect(normalise(`${text}\n`)).toBe(numbers.join(' '));
        expect(normalise(normalise(text))).toBe(normalise(text));
      },
    ),
  );
});
