import { describe, expect, it } from 'vitest';
import type { Settings } from '../model/plan.ts';
import { machine, settings, sysctls } from './fixtures/made-up.ts';
import { asMachine, checkSettings, compileTweaks, controls, namespaceOnly } from './index.ts';

const forServer = <T>(server: T, generator: T) => ({ server, generator });
const limits = (server: Settings['ulimit']['server']) => settings({ ulimit: forServer(server, {}) });
const bare = machine({ governor: null, turbo: null, transparentHugepages: null });

describe('the table', () => {
  it.each(controls.map((control) => [control.name, control] as const))(
    'says of %s what a reference needs',
    (_, control) => {
      expect(control.summary).toMatch(/^[A-Z].*\.$/);
      expect(control.noise).toMatch(/\.$/);
      expect(control.source).not.toBe('');
      expect(control.tweaks ?? control.wraps).toBeDefined();
      expect(control.roles.length > 0).toBe(control.wraps !== undefined);
    },
  );

  it('names each once, and does nothing where nothing is set', () => {
    expect(new Set(controls.map(({ name }) => name)).size).toBe(controls.length);
    for (const facts of [machine(), bare]) {
      expect(checkSettings(settings(), facts)).toEqual([]);
      expect(compileTweaks(settings(), facts)).toEqual([]);
    }
  });
});

describe('open files', () => {
  const where = 'server.ulimit.nofile';
  it('above the hard limit are a problem that names both and the remedy', () => {
    expect(checkSettings(limits({ nofile: 1_048_576 }), machine())).toEqual([
      {
        where,
        what: '1,048,576 is above the hard limit 20,000, and raising it needs CAP_SYS_RESOURCE, which this process does not have',
        remedy: expect.stringMatching(/^ask for 20,000 or less.*--relax/),
      },
    ]);
  });

  it('are none up to the hard limit, nor where it may be raised', () => {
    expect(checkSettings(limits({ nofile: 20_000 }), machine())).toEqual([]);
    expect(checkSettings(limits({ nofile: 1_048_576 }), machine({}, { raisesLimits: true }))).toEqual([]);
  });

  it('are a problem above fs.nr_open even for who may raise limits, unless that is raised too', () => {
    const given = limits({ nofile: 1_048_577 });
    const able = machine({}, { raisesLimits: true });
    expect(checkSettings(given, able)).toMatchObject([
      { where, what: expect.stringMatching(/above fs\.nr_open, 1,048,576/) },
    ]);
    const raised = { ...given, sysctl: { 'fs.nr_open': { value: '2000000', optional: false } } };
    expect(checkSettings(raised, able)).toEqual([]);
  });

  it('are judged by the hard limit alone in facts that tell no more', () => {
    const { abilities: _, ...old } = machine();
    expect(checkSettings(limits({ nofile: 20_001 }), old)).toMatchObject([{ where }]);
    expect(checkSettings(limits({ nofile: 20_001 }), { ...old, nofileHard: null })).toEqual([]);
  });
});

describe('other limits', () => {
  it('are measured by their own hard limits, "unlimited" above every number', () => {
    const given = limits({ nproc: 'unlimited', memlock: 8_388_608, stack: 'unlimited', as: 2 ** 40, core: 0 });
    expect(checkSettings(given, machine())).toMatchObject([
      { where: 'server.ulimit.nproc', what: expect.stringMatching(/^unlimited is above the hard limit 1,000/) },
    ]);
  });
});

describe('niceness', () => {
  const nice = (server: number) => settings({ nice: forServer<number | null>(server, null) });
  it('below what the user may set is a problem', () => {
    expect(checkSettings(nice(-1), machine())).toMatchObject([
      { where: 'server.nice', what: expect.stringMatching(/^-1 is below 0.*CAP_SYS_NICE/) },
    ]);
    expect(checkSettings(nice(-20), machine({}, { lowestNiceness: -20 }))).toEqual([]);
    expect(checkSettings(nice(19), machine())).toEqual([]);
  });

  it('is a problem where loadcell is nice itself, since it adds up', () => {
    expect(checkSettings(nice(5), machine({}, { niceness: 10 }))).toMatchObject([
      { what: expect.stringMatching(/niceness 10/) },
    ]);
  });
});

it('finds CPUs that taskset would drop without a word', () => {
  const given = settings({ cpus: forServer<number[] | null>([1, 5], []) });
  expect(checkSettings(given, machine())).toMatchObject([
    { where: 'server.cpus', what: 'CPU 5 cannot be used here; this process may use 0, 1' },
    { where: 'generator.cpus' },
  ]);
});

describe('settings of the whole machine', () => {
  const all = settings({ machine: { governor: 'performance', turbo: false, transparentHugepages: 'never', aslr: 0 } });

  it('compile to writes that are restored, one for each CPU where each has its own', () => {
    expect(compileTweaks(all, machine()).map(({ path, value, setting }) => [setting, value, path])).toEqual([
      ['machine.governor', 'performance', '/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor'],
      ['machine.governor', 'performance', '/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor'],
      ['machine.turbo', '1', '/sys/devices/system/cpu/intel_pstate/no_turbo'],
      ['machine.transparentHugepages', 'never', '/sys/kernel/mm/transparent_hugepage/enabled'],
      ['machine.aslr', '0', '/proc/sys/kernel/randomize_va_space'],
    ]);
    expect(compileTweaks(all, machine()).every(({ scope }) => scope === 'machine')).toBe(true);
    expect(checkSettings(all, machine())).toEqual([]);
  });

  it.each([
    ['boost', true, 'cpufreq/boost', '1'],
    ['boost', false, 'cpufreq/boost', '0'],
    ['no_turbo', true, 'intel_pstate/no_turbo', '0'],
    ['no_turbo', false, 'intel_pstate/no_turbo', '1'],
  ] as const)('switch turbo by %s: %s', (turboSwitch, turbo, file, value) => {
    const [tweak] = compileTweaks(settings({ machine: { turbo } }), machine({}, { turboSwitch }));
    expect(tweak).toMatchObject({ path: `/sys/devices/system/cpu/${file}`, value });
  });

  it('are refused with the reason where the machine has no such thing', () => {
    expect(checkSettings(all, bare).map(({ where, what }) => `${where}: ${what}`)).toEqual([
      expect.stringMatching(/^machine\.governor: .*no cpufreq/),
      expect.stringMatching(/^machine\.turbo: .*no switch for turbo/),
      expect.stringMatching(/^machine\.transparentHugepages: this kernel has no/),
    ]);
  });

  it('name the governors there are', () => {
    expect(checkSettings(settings({ machine: { governor: 'schedutil' } }), machine())).toMatchObject([
      { where: 'machine.governor', remedy: 'use performance or powersave' },
    ]);
  });

  it('are not set twice under two names', () => {
    const twice = { ...all, sysctl: { 'kernel.randomize_va_space': { value: '2', optional: false } } };
    expect(checkSettings(twice, machine())).toMatchObject([{ where: 'machine.aslr' }]);
  });
});

it("makes every write the machine's own where there is no namespace", () => {
  const given = settings({ sysctl: { 'net.core.somaxconn': { value: '1', optional: true } } });
  const compiled = compileTweaks(given, machine());
  expect(compiled).toMatchObject([{ scope: 'namespace', optional: true }]);
  expect(asMachine(compiled)).toEqual([{ ...compiled[0], scope: 'machine' }]);
});

it('sets nothing on the host that changes more than could be put back', () => {
  const spreading = [
    'net.ipv4.ip_forward',
    'net.ipv4.conf.all.rp_filter',
    'net.ipv6.conf.default.forwarding',
    'net.ipv6.conf.lo.disable_ipv6',
    'net.ipv6.conf.eth0.forwarding',
    'net.ipv6.conf.eth0.addr_gen_mode',
    'net.ipv4.conf.eth0.forwarding',
  ];
  const compiled = compileTweaks(
    sysctls(Object.fromEntries([...spreading, 'net.ipv4.conf.lo.rp_filter'].map((key) => [key, '1']))),
    machine(),
  );
  expect(asMachine(compiled).map(({ setting }) => setting)).toEqual(['sysctl.net.ipv4.conf.lo.rp_filter']);
  expect(namespaceOnly(compiled).map(({ where }) => where)).toEqual(spreading.map((key) => `sysctl.${key}`));
});
