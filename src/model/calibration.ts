/**
 * The certificate that `loadcell calibrate` writes: what this machine's generators, clock and noise allow, measured with
 * loadcell's own trials. Later runs on the same machine cite it. Times in µs, rates a second, unless a name says otherwise.
 */
export interface Certificate {
  schemaVersion: 1;
  /** ISO 8601, wall clock, when it was finished. */
  date: string;
  tookMs: number;
  loadcell: string;
  /** A smoke run: few, short windows. Never cited. */
  quick: boolean;
  machine: MachineIdentity;
  isolation: { kind: 'namespace' | 'host'; rootless: boolean };
  /** CPU numbers that both sides were pinned to; null = not pinned. */
  cpus: { server: number[] | null; generator: number[] | null };
  timers: TimerResolution;
  /** The server that ceilings, pairs and noise were measured against. */
  baseline: { server: string; version: string | null; connections: number };
  drivers: DriverCertificate[];
  /** Truth server and generators ran at real-time priority for `drivers[].truths`: the machine's other work is not in them. */
  truthsInRealTime?: boolean;
  /** Rate of a whole window under loadcell / the same generator bare, against the same live server. */
  overhead: PairedRatio[];
  /** CPU time that loadcell itself used within a window of `overhead`, median, ms; null where none was measured. */
  runner?: { cpuMs: number; windowMs: number } | null;
  /** Rate of a window with observation / without it. */
  observation: PairedRatio[];
  /** Two equal trials, one after the other: no difference below it can be told. */
  noise: NoiseFloor[];
  gaps: WindowGap[];
}

/** Who a certificate is of, without naming the machine or its owner. */
export interface MachineIdentity {
  cpu: string;
  cpus: number;
  memoryBytes: number;
  kernel: string;
  virtualization: string | null;
  /** SHA-256 of what must be the same for a certificate to hold: CPU, number of CPUs, memory, kernel, virtualization. */
  fingerprint: string;
}

export interface TimerResolution {
  /** Smallest step of the monotonic clock that a program sees, ns. */
  clockStepNs: number;
  /** How late a timer of 1 ms fires: median and p99. */
  timerLateUs: { p50: number; p99: number };
}

export interface DriverCertificate {
  name: string;
  version: string;
  ceilings: { keepAlive: Ceiling; fresh: Ceiling };
  /** One for each kind of connection and delay of the truth server that the driver can load. */
  truths: TruthFinding[];
}

/** The most that the generator got out of the baseline server: `reason` where it could not be measured. */
export type Ceiling =
  | {
      perSecond: number;
      /** Requests a second of each round, in order; the rounds of all drivers are interleaved. */
      rounds: number[];
      /** Cores that the generator kept busy, median. */
      busyCores: number | null;
      /** How near the generator was to the end of its CPU time, median: at 1 it was the limit, else the server was. Absent: not known. */
      busyShare?: number | null;
    }
  | { perSecond: null; reason: string };

/** A driver's figures beside the truth server's own. */
export interface TruthFinding {
  /** `open loop`: starts at a fixed rate over kept connections; latencies count from the schedule, in the truth too. */
  connections: 'kept' | 'fresh' | 'open loop';
  /** Of the truth server: `none`, `5 ms`, `1 or 100 ms` ... */
  delay: string;
  /** Rounds of which the percentiles are medians. */
  rounds: number;
  /** `max` where the server stalls: there it is the stall. null: the generator gives no usable distribution. */
  latency: (Record<'p50' | 'p90' | 'p99', LatencyError> & { max?: LatencyError }) | null;
  counts: {
    /** Most requests by which the server's count was above the driver's; at most as many can be as were in flight. */
    serverAboveDriver: number;
    /** Most requests that the driver counted and the server did not see. */
    driverAboveServer: number;
    mayBeInFlight: number;
    agree: boolean;
  };
  /** Driver's requests a second / the nearest rate that fits the server's stamps: median of the rounds. */
  rate: { ratio: number; agrees: boolean };
  /** A window that gave no measurement; the figures are of the others. */
  failures: string[];
}

export interface LatencyError {
  truthUs: number;
  toldUs: number;
  /** What a bare socket on the generator's core saw beyond the server's stamps: the machine's part. */
  floorUs: number;
  /** told - truth - floor. */
  errorUs: number;
  /** Within 2% or 100 µs of the truth, whichever is more. */
  within: boolean;
}

export interface PairedRatio {
  driver: string;
  connections: 'kept' | 'fresh';
  /** Medians of both sides, requests a second. */
  perSecond: { numerator: number; denominator: number };
  /** Median, lowest and highest of the pairs' ratios. */
  ratio: { median: number; lowest: number; highest: number };
  pairs: number;
}

export interface NoiseFloor {
  driver: string;
  connections: 'kept' | 'fresh';
  /** |ratio - 1| of the pairs. */
  median: number;
  worst: number;
  pairs: number;
}

/** From the end of one window to the start of the next, over consecutive trials without a warm-up. ms, medians. */
export interface WindowGap {
  driver: string;
  connections: 'kept' | 'fresh';
  betweenMs: number;
  /** What the server alone took to start and to stop. */
  serverMs: { start: number; stop: number };
  /** What the generator alone takes beside its window: to start, to get warm, to end and to write. */
  generatorMs: number;
  /** between - start - stop: the stage, the checks, the records, and the generator. */
  beyondServerMs: { median: number; highest: number };
  gaps: number;
}

/** What a run keeps of the certificate that holds for its machine. */
export type CitedCalibration = Pick<Certificate, 'date' | 'loadcell' | 'baseline' | 'noise'> & {
  /** Of the drivers that are installed, in the same version. */
  drivers: Record<string, { version: string; keepAlive: CitedCeiling | null; fresh: CitedCeiling | null }>;
};

export interface CitedCeiling {
  perSecond: number;
  /** Cores that the generator kept busy. */
  busyCores: number | null;
  /** How near it was to the end of its CPU time. Absent: not known. */
  busyShare?: number | null | undefined;
}
