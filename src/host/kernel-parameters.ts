/** Parameters that change how fast a machine answers, by name. */
const TELLING = [
  /^(isolcpus|nohz|nohz_full|rcu_nocbs|rcu_nocb_poll|irqaffinity|kthread_cpus|skew_tick|nosoftlockup|nowatchdog)$/,
  /^(mitigations|pti|nopti|spectre_v2|spectre_v2_user|spec_store_bypass_disable|nospectre_v1|nospectre_v2|mds|l1tf|tsx|tsx_async_abort|retbleed|srbds|mmio_stale_data|gather_data_sampling|spec_rstack_overflow)$/,
  /^(idle|intel_idle\.max_cstate|processor\.max_cstate|cpuidle\.off|cpuidle_haltpoll\.force|haltpoll\.guest_halt_poll_ns)$/,
  /^(intel_pstate|amd_pstate|cpufreq\.default_governor|cpufreq\.off|acpi_cpufreq\.\w+)$/,
  /^(transparent_hugepage|hugepages|hugepagesz|default_hugepagesz|numa|numa_balancing|mem|maxcpus|nr_cpus|nosmt|noht)$/,
  /^(clocksource|tsc|notsc|highres|preempt|threadirqs|audit|selinux|apparmor|security|noautogroup|psi|norandmaps)$/,
];

/**
 * The parameters of a kernel command line that matter to a measurement. The others stay out of what is published: they
 * name disks, hosts and, at times, secrets; and what follows `--` is for the init program.
 */
export function kernelParameters(commandLine: string | null): string | null {
  if (commandLine === null) return null;
  const parameters = commandLine.split(/\s+--(?:\s|$)/)[0]?.split(/\s+/) ?? [];
  return parameters.filter((one) => TELLING.some((name) => name.test(one.split('=')[0] ?? ''))).join(' ');
}
