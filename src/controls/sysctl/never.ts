import type { Fault } from './value.ts';

/** Keys that are never written, since nothing could put them back or since what they hold is run as root. */
export interface Never {
  keys: readonly string[];
  /** Only these values are refused. Absent: all. */
  values?: readonly string[];
  what: string;
}

/**
 * Sources: Documentation/admin-guide/sysctl/, Documentation/admin-guide/LSM/Yama.rst, kernel/umh.c, kernel/kexec_core.c,
 * mm/compaction.c, mm/vmstat.c, net/ipv4/route.c, ipc/ipc_sysctl.c; mm/memfd.c of 6.3 to 6.5. A `*` is the rest of a key.
 */
export const NEVER: readonly Never[] = [
  {
    keys: ['kernel.modules_disabled', 'kernel.kexec_load_disabled', 'kernel.grsecurity.grsec_lock'],
    what: 'once set it stays so until the machine is restarted',
  },
  {
    keys: ['kernel.unprivileged_bpf_disabled'],
    values: ['1'],
    what: 'with 1 it stays so until the machine is restarted; 2 can be taken back',
  },
  {
    keys: ['kernel.yama.ptrace_scope'],
    values: ['3'],
    what: 'with 3 it stays so until the machine is restarted',
  },
  {
    keys: [
      'kernel.kexec_load_limit_panic',
      'kernel.kexec_load_limit_reboot',
      'kernel.usermodehelper.bset',
      'kernel.usermodehelper.inheritable',
    ],
    what: 'the kernel lets it be lowered only, so that it could not be put back',
  },
  {
    keys: ['kernel.tainted', 'vm.memfd_noexec'],
    what: 'kernels let it be raised only, so that it could not be put back',
  },
  {
    keys: [
      'vm.compact_memory',
      'vm.stat_refresh',
      'net.ipv4.route.flush',
      'net.ipv6.route.flush',
      'fs.xfs.stats_clear',
      'kernel.ns_last_pid',
      'kernel.msg_next_id',
      'kernel.sem_next_id',
      'kernel.shm_next_id',
    ],
    what: 'it is an action, not a setting: nothing is in force afterwards',
  },
  {
    keys: [
      'kernel.core_pattern',
      'kernel.modprobe',
      'kernel.hotplug',
      'kernel.poweroff_cmd',
      'kernel.reboot-cmd',
      'fs.binfmt_misc.*',
    ],
    what: 'it names a program that the kernel runs as root, for every process of the machine',
  },
];

/** Why the key is not written with this value, whatever the user asks; null when it may be. */
export function neverFault(key: string, value: string): Fault | null {
  const found = NEVER.find(({ keys }) =>
    keys.some((one) => (one.endsWith('*') ? key.startsWith(one.slice(0, -1)) : key === one)),
  );
  if (found === undefined) return null;
  // The kernel reads `01` and `+1` as 1: only what is surely another value passes.
  const other = /^(0|-?[1-9]\d*)$/.test(value.trim()) && found.values?.includes(value.trim()) === false;
  return other ? null : { what: found.what, remedy: 'remove it' };
}
