import { expect, it } from 'vitest';
import { type Host, HostError } from '../model/host.ts';
import { readAbilities } from './abilities.ts';
import { localHost } from './local.ts';

const host = localHost();

/** A made-up /proc and /sys of process 7. */
function machineOf(files: Record<string, string>): Host {
  const missing = (path: string): never => {
    throw new HostError(`no ${path}`, 'ENOENT', path);
  };
  return {
    ...host,
    pid: 7,
    readText: async (path) => files[path] ?? missing(path),
    readLink: async (path) => files[path] ?? missing(path),
  };
}

const LIMITS = `Limit                     Soft Limit           Hard Limit           Units
Max file size             unlimited            unlimited            bytes
Max open files            1024                 20000                files
Max nice priority         0                    25
`;
const stat = (niceness: number) => `7 (a) b) S 1 7 7 0 -1 4194304 1 0 0 0 1 2 0 0 20 ${niceness} 1 0 5 0 0`;
const plain = { '/proc/7/limits': LIMITS, '/proc/7/stat': stat(3) };

it('reads limits and niceness of an ordinary user', async () => {
  expect(await readAbilities(machineOf(plain))).toEqual({
    hardLimits: { fsize: 'unlimited', nofile: 20_000 },
    raisesLimits: false,
    openFilesHighest: null,
    niceness: 3,
    lowestNiceness: -5,
    governors: [],
    turboSwitch: null,
  });
});

it.each([
  ['user:[4026531837]', '0000000001800000', true, -20],
  ['user:[4026531837]', '0000000000800000', false, -20],
  ['user:[4026532222]', '0000000001800000', false, -5],
])('counts capabilities only in the initial user namespace: %s %s', async (namespace, capabilities, raises, lowest) => {
  const files = { ...plain, '/proc/7/ns/user': namespace, '/proc/7/status': `Name: a\nCapEff:\t${capabilities}\n` };
  expect(await readAbilities(machineOf(files))).toMatchObject({ raisesLimits: raises, lowestNiceness: lowest });
});

it.each([
  [{ 'cpufreq/boost': '0\n', 'intel_pstate/no_turbo': '1' }, 'boost'],
  [{ 'intel_pstate/no_turbo': '0\n' }, 'no_turbo'],
])('finds the switch of turbo: %o', async (files, expected) => {
  const sys = Object.fromEntries(
    Object.entries(files).map(([name, text]) => [`/sys/devices/system/cpu/${name}`, text as string]),
  );
  const governors = { '/sys/devices/system/cpu/cpu0/cpufreq/scaling_available_governors': 'performance powersave \n' };
  expect(await readAbilities(machineOf({ ...plain, ...sys, ...governors }))).toMatchObject({
    turboSwitch: expected,
    governors: ['performance', 'powersave'],
  });
});

it('reads this machine', async () => {
  const found = await readAbilities(host);
  expect(found.openFilesHighest).toBeGreaterThan(0);
  expect(found.hardLimits.nofile).toBeDefined();
  expect(found.lowestNiceness).toBeLessThanOrEqual(found.niceness);
});
