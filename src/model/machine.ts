/** The machine as it was found, for the report's header and the experiment's function form. "Not readable" is null, never "off". */
export interface MachineFacts {
  hostname: string;
  cpu: { model: string; logical: number; physical: number | null; sockets: number | null; microcode: string | null };
  memoryBytes: number;
  kernel: string;
  os: string;
  virtualization: string | null;
  /** One entry for each online CPU. */
  topology: CpuPlace[];
  /** CPUs that this process may use (affinity). */
  allowedCpus: number[];
  /** CPU quota in cores from cgroups; null = none or not readable. */
  cpuQuota: number | null;
  governor: string | null;
  turbo: boolean | null;
  smt: boolean | null;
  transparentHugepages: string | null;
  aslr: string | null;
  clocksource: string | null;
  /** Hard limit of open files of the runner. */
  nofileHard: number | null;
  kernelCommandLine: string | null;
  vulnerabilities: Record<string, string>;
  loadAverage: [number, number, number];
  node: string;
  bootId: string;
  /** Absent in records that do not tell. */
  abilities?: MachineAbilities;
}

/** What can be set on this machine by this user. */
export interface MachineAbilities {
  /** Hard limits of the runner by prlimit name: nofile, nproc, core, memlock, stack, as, fsize. */
  hardLimits: Record<string, number | 'unlimited'>;
  /** Whether it may raise them: CAP_SYS_RESOURCE in the initial user namespace. */
  raisesLimits: boolean;
  /** fs.nr_open: nobody's limit of open files can be above it. */
  openFilesHighest: number | null;
  /** The runner's own niceness, and the lowest that it may set. */
  niceness: number;
  lowestNiceness: number;
  /** Governors that cpufreq offers; [] where it does not tell. */
  governors: string[];
  /** Which file switches turbo: `cpufreq/boost`, or `intel_pstate/no_turbo` (inverted). */
  turboSwitch: 'boost' | 'no_turbo' | null;
}

export interface CpuPlace {
  cpu: number;
  core: number | null;
  socket: number | null;
  node: number | null;
  /** Logical CPUs on the same physical core, itself included. */
  siblings: number[];
  isolated: boolean;
}
