import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allSysctls } from './catalogue.ts';
import { machine, sysctls } from './fixtures/made-up.ts';
import { checkSettings, compileTweaks } from './index.ts';
import { sysctl } from './sysctl.ts';

const problems = (values: Record<string, string>, optional = false, kernel = '6.18.44') =>
  sysctl.check(sysctls(values, optional), machine({ kernel }));
const tweaks = (values: Record<string, string>) => compileTweaks(sysctls(values), machine());

describe('a value that a kernel would misread', () => {
  it.each([
    ['net.core.somaxconn', '010', /octal, 8/, /8 or 10/],
    ['net.core.somaxconn', '0x10', /hexadecimal, 16/, /decimal: 16$/],
    ['net.ipv4.tcp_rmem', '4096 0400000 6291456', /octal, 131072/, /131072 or 400000/],
    ['some.unknown', '010', /octal/, /8 or 10/],
    ['net.core.somaxconn', '089', /not a decimal/, null],
    ['net.core.somaxconn', '4k', /not a whole number/, null],
    ['net.core.somaxconn', '1e3', /not a whole number/, null],
    ['net.core.somaxconn', '4096 1', /one number, not 2 values: the kernel would drop/, null],
    ['net.core.somaxconn', ' ', /empty write/, null],
    ['net.core.somaxconn', '1\n2', /one line/, null],
    ['net.ipv4.tcp_rmem', '4096', /3 numbers, not 1 value: the kernel would change only the first/, null],
    ['net.ipv4.tcp_rmem', '4096 87380', /3 numbers, not 2 values/, null],
    ['net.ipv4.tcp_rmem', '8192 65536 3000000000', /3000000000 is not within 1 to 2147483647/, null],
    ['net.ipv4.tcp_rmem', '4096 131072 65536', /does not ascend; the kernel would accept/, null],
    ['net.ipv4.ip_local_port_range', '60999 1024', /does not ascend/, null],
    ['net.ipv4.tcp_fin_timeout', '-5', /-5 is not within 1 to 3600 \(s\)/, null],
    ['net.ipv4.tcp_syncookies', '3', /3 is none of 0 \(off\), 1 \(on overflow\), 2 \(always\)/, null],
    ['net.ipv4.tcp_sack', '7', /not within 0 to 1/, null],
    ['vm.dirty_bytes', '0', /not within 8192/, null],
    ['fs.file-max', '9223372036854775808', /not within/, null],
    ['fs.file-max', '10', /not within/, null],
    ['net.ipv4.tcp_child_ehash_entries', '1000', /power of two/, /1024/],
    ['net.ipv4.ip_local_reserved_ports', '9000-8000', /no list of ports/, null],
    ['net.ipv4.ip_local_reserved_ports', '8080 9090', /no list of ports/, null],
    ['net.ipv4.tcp_congestion_control', 'reno cubic', /not one name/, null],
    ['net.ipv4.tcp_available_congestion_control', 'reno', /read only/, null],
    ['vm.drop_caches', '3', /action, not a setting/, null],
    ['vm.nr_hugepages', '3000', /more than half/, /2048/],
  ])('%s = %j', (key, value, what, remedy) => {
    const [problem, ...more] = problems({ [key]: value });
    expect(more).toEqual([]);
    expect(problem).toMatchObject({ where: `sysctl.${key}`, what: expect.stringMatching(what) });
    expect(problem?.remedy).toMatch(remedy ?? /^(give|write|remove|take|separate) /);
  });

  it('is never written, even where problems are let pass', () => {
    expect(tweaks({ 'net.ipv4.tcp_rmem': '4096 131072 65536', 'vm.dirty_bytes': '0', 'vm.drop_caches': '3' })).toEqual(
      [],
    );
  });
});

it.each([
  ['net.core.somaxconn', '65535'],
  ['net.core.somaxconn', '0'],
  ['net.ipv4.tcp_rmem', '4096\t131072  33554432'],
  ['net.ipv4.tcp_mem', '287898 383867 9999999999999'],
  ['net.ipv4.tcp_notsent_lowat', '4294967295'],
  ['net.ipv4.ip_local_reserved_ports', '8080,9000-9100'],
  ['net.ipv4.tcp_allowed_congestion_control', 'reno cubic'],
  ['kernel.sched_rt_runtime_us', '-1'],
  ['fs.file-max', '9223372036854775807'],
  ['net.core.flow_limit_cpu_bitmap', '00000003'],
  ['net.ipv4.tcp_child_ehash_entries', '16384'],
  ['net.ipv4.tcp_child_ehash_entries', '0'],
  ['some.unknown_key', 'anything at all'],
])('%s = %j is sound', (key, value) => {
  expect(problems({ [key]: value })).toEqual([]);
  expect(tweaks({ [key]: value })).toMatchObject([{ value, setting: `sysctl.${key}` }]);
});

it.each([
  '../../etc/passwd',
  '/etc/passwd',
  'net/core/somaxconn',
  'net...core',
  'net.core/../../x',
  'net',
  '',
  'a.b\n',
])('%j is no key', (key) => {
  expect(problems({ [key]: '1' })).toMatchObject([{ what: expect.stringMatching(/not a key under/) }]);
  expect(tweaks({ [key]: '1' })).toEqual([]);
});

describe('what nothing could put back', () => {
  it.each([
    ['kernel.modules_disabled', '1', /until the machine is restarted/],
    ['kernel.modules_disabled', '0', /until the machine is restarted/],
    ['kernel.kexec_load_disabled', '1', /until the machine is restarted/],
    ['kernel.unprivileged_bpf_disabled', '1', /with 1 it stays so/],
    ['kernel.unprivileged_bpf_disabled', ' 1', /with 1 it stays so/],
    ['kernel.unprivileged_bpf_disabled', '+1', /with 1 it stays so/],
    ['kernel.unprivileged_bpf_disabled', '01', /with 1 it stays so/],
    ['kernel.unprivileged_bpf_disabled', '1 0', /with 1 it stays so/],
    ['kernel.yama.ptrace_scope', '3', /with 3 it stays so/],
    ['kernel.yama.ptrace_scope', '0x3', /with 3 it stays so/],
    ['kernel.kexec_load_limit_reboot', '0', /lowered only/],
    ['kernel.usermodehelper.bset', '0 0', /lowered only/],
    ['kernel.tainted', '1', /raised only/],
    ['vm.memfd_noexec', '2', /raised only/],
    ['vm.compact_memory', '1', /an action/],
    ['vm.stat_refresh', '1', /an action/],
    ['net.ipv4.route.flush', '1', /an action/],
    ['kernel.ns_last_pid', '300', /an action/],
    ['kernel.core_pattern', '|/tmp/program %p', /program that the kernel runs as root/],
    ['kernel.modprobe', '/tmp/program', /program that the kernel runs as root/],
    ['kernel.hotplug', '/tmp/program', /program that the kernel runs as root/],
    ['kernel.poweroff_cmd', '/tmp/program', /program that the kernel runs as root/],
    ['fs.binfmt_misc.register', ':x:E::x::/tmp/program:', /program that the kernel runs as root/],
    ['fs.binfmt_misc.status', '-1', /program that the kernel runs as root/],
  ])('%s = %j is refused, and never written even where problems are let pass', (key, value, what) => {
    for (const optional of [false, true])
      expect(problems({ [key]: value }, optional)).toEqual([
        { where: `sysctl.${key}`, what: expect.stringMatching(what), remedy: 'remove it' },
      ]);
    expect(tweaks({ [key]: value })).toEqual([]);
  });

  it.each([
    ['kernel.unprivileged_bpf_disabled', '2'],
    ['kernel.unprivileged_bpf_disabled', '0'],
    ['kernel.yama.ptrace_scope', '1'],
    ['kernel.core_uses_pid', '1'],
  ])('%s = %s can be taken back', (key, value) => {
    expect(problems({ [key]: value })).toEqual([]);
    expect(tweaks({ [key]: value })).toHaveLength(1);
  });
});

describe('a key that a kernel took away', () => {
  const recycle = { 'net.ipv4.tcp_tw_recycle': '1' };
  it('is a problem that names the release and what is left', () => {
    expect(problems(recycle)).toMatchObject([
      {
        where: 'sysctl.net.ipv4.tcp_tw_recycle',
        what: expect.stringMatching(/6\.18\.44.*nor on any since 4\.12.*tcp_tw_reuse/),
      },
    ]);
  });
  it('is none where it is optional, nor on an older kernel, nor on one whose release says nothing', () => {
    expect(problems(recycle, true)).toEqual([]);
    expect(problems(recycle, false, '4.9.0-19-amd64')).toEqual([]);
    expect(problems(recycle, false, 'unknown')).toEqual([]);
  });
  it('is still tried, so that the report says that it is not there', () => {
    expect(tweaks(recycle)).toMatchObject([{ path: '/proc/sys/net/ipv4/tcp_tw_recycle', scope: 'machine' }]);
  });
});

describe('keys that concern each other', () => {
  it.each([
    [{ 'vm.dirty_ratio': '10', 'vm.dirty_bytes': '65536' }, 'sysctl.vm.dirty_bytes', /zeroes the other/],
    [
      { 'net.netfilter.nf_conntrack_max': '10', 'net.nf_conntrack_max': '10' },
      'sysctl.net.nf_conntrack_max',
      /one variable/,
    ],
    [
      { 'net.ipv4.ip_unprivileged_port_start': '2000', 'net.ipv4.ip_local_port_range': '1024 65000' },
      'sysctl.net.ipv4.ip_local_port_range',
      /begins at 1024, below .* 2000/,
    ],
    [
      { 'kernel.sched_rt_runtime_us': '9', 'kernel.sched_rt_period_us': '8' },
      'sysctl.kernel.sched_rt_period_us',
      /below/,
    ],
  ])('%j', (values, where, what) => {
    expect(problems(values)).toMatchObject([{ where, what: expect.stringMatching(what) }]);
  });

  it('are written in an order that the kernel takes', () => {
    const order = (values: Record<string, string>) => tweaks(values).map(({ path }) => path.split('/').at(-1));
    expect(order({ 'net.ipv4.ip_unprivileged_port_start': '0', 'net.ipv4.ip_local_port_range': '1024 65000' })).toEqual(
      ['ip_local_port_range', 'ip_unprivileged_port_start'],
    );
    expect(
      order({ 'net.ipv4.tcp_allowed_congestion_control': 'reno', 'net.ipv4.tcp_congestion_control': 'cubic' }),
    ).toEqual(['tcp_congestion_control', 'tcp_allowed_congestion_control']);
  });
});

it.each([
  ['net.ipv4.tcp_fin_timeout', 'namespace'],
  ['net.core.somaxconn', 'namespace'],
  ['net.core.rmem_max', 'machine'],
  ['net.ipv4.tcp_mem', 'machine'],
  ['net.core.dev_weight', 'machine'],
  ['net.netfilter.nf_conntrack_expect_max', 'machine'],
  ['net.ipv4.tcp_rto_max_ms', 'namespace'],
  ['net.ipv4.conf.lo.rp_filter', 'namespace'],
  ['net.ipv4.neigh.default.gc_thresh3', 'machine'],
  ['kernel.pid_max', 'machine'],
  ['network.of_something', 'machine'],
])('%s is of the %s', (key, scope) => {
  const value = { 'net.ipv4.tcp_mem': '4096 8192 16384', 'net.ipv4.tcp_fin_timeout': '60' }[key] ?? '4096';
  expect(tweaks({ [key]: value })).toMatchObject([{ scope }]);
});

describe('whatever is set', () => {
  const key = fc.oneof(
    fc.constantFrom(...allSysctls().map((entry) => entry.key)),
    fc.string(),
    fc
      .array(fc.constantFrom('net', '..', '/', '.', 'a', '~', '\0', '__proto__'), { maxLength: 5 })
      .map((parts) => parts.join('')),
  );
  const value = fc.oneof(
    fc.string(),
    fc.bigInt().map(String),
    fc.array(fc.integer(), { maxLength: 4 }).map((numbers) => numbers.join(' ')),
    fc.constantFrom('010', '0x', '-', '--1', '1-', ',', '\t'),
  );

  it('there are problems, or tweaks that stay under /proc/sys; nothing is thrown and nothing is lost', () => {
    fc.assert(
      fc.property(fc.dictionary(key, value, { maxKeys: 4 }), fc.boolean(), (values, optional) => {
        const given = sysctls(values, optional);
        const told = new Set(checkSettings(given, machine()).map(({ where }) => where));
        const compiled = compileTweaks(given, machine());
        for (const { path } of compiled) expect(path).toMatch(/^\/proc\/sys(\/[A-Za-z0-9_-]+)+$/);
        for (const name of Object.keys(values)) {
          const setting = `sysctl.${name}`;
          expect(told.has(setting) || compiled.some((tweak) => tweak.setting === setting)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('a number within a range is sound and one outside is not', () => {
    const integers = allSysctls().filter(
      (entry) => entry.type === 'integer' && entry.range && !entry.powerOfTwo && entry.key !== 'vm.nr_hugepages',
    );
    fc.assert(
      fc.property(fc.constantFrom(...integers), fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }), (entry, number) => {
        const [low, high] = entry.range!.map(BigInt) as [bigint, bigint];
        const sound = number >= low && number <= high;
        expect(problems({ [entry.key]: String(number) })).toHaveLength(sound ? 0 : 1);
        expect(problems({ [entry.key]: String(low) })).toEqual([]);
        expect(problems({ [entry.key]: String(high) })).toEqual([]);
      }),
    );
  });
});
