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
