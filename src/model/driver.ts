import type { Measurement } from './measurement.ts';
import type { Load, Requirement } from './plan.ts';

/** Adapter to one load generator: pure. It says what it can do, what to run, and what the output means. */
export interface Driver {
  name: string;
  /** `embedded`: a Node program of ours, nothing to install. */
  kind: 'embedded' | 'external';
  /** One sentence for `--help` and the reference. */
  summary: string;
  /** What is known of how it misreports and what we do about it, for the reference (Markdown). */
  distortions: string;
  capabilities: Capabilities;
  /** What it needs on the machine; empty when embedded. */
  requires: Requirement[];
  /**
   * How strong it is for loads that it can do: the higher, the fewer requests the generator limits. From measurements
   * (requests a second on one core); used by `auto`.
   */
  strength: { keepAlive: number; fresh: number };
  /** null when it can do this load, else why not and which driver can. */
  refuses(load: Load): string | null;
  /** argv and pattern (first group) that tell the generator's version; the version itself where it comes with loadcell; null: loadcell's own. */
  version: { argv: string[]; pattern: string } | string | null;
  /** What to run for one window. Warm-up is a run of its own with `load.stop` replaced. */
  command(load: Load, context: DriveContext): DriveCommand;
  /** Output to measurement. Throws `DriverError` when the generator aborted or its output cannot be trusted at all. */
  parse(output: DriveOutput, load: Load, context: DriveContext): Measurement;
}

interface Capabilities {
  closedLoop: boolean;
  openLoop: boolean;
  keepAlive: boolean;
  fresh: boolean;
  pipelining: boolean;
  http2: boolean;
  /** https. What the generator itself could do does not count: an experiment cannot ask for it yet. */
  tls: boolean;
  stopOnRequests: boolean;
  stopOnDuration: boolean;
  /** Connect, processing and waiting times of their own. */
  phases: boolean;
  perSecond: boolean;
  /** Smallest latency difference in µs; null = no distribution. */
  resolutionUs: number | null;
}

export interface DriveContext {
  /** IP address and port of the server, as seen from the stage. */
  address: string;
  port: number;
  /** An existing folder of this trial's own, for the generator's output files. Absolute. */
  folder: string;
  /** Number of CPUs that the generator may use. */
  cpus: number;
  /** Path of a compiled embedded worker, by driver name. */
  workers: Readonly<Record<string, string>>;
  /** Absolute path of the node binary. */
  node: string;
  /** The generator's version, as found at preflight. */
  version: string;
  /** The body that the server is expected to reply with; null = any. Embedded drivers check every reply. */
  expectedBody: string | null;
  /** For reproducible Poisson arrivals. */
  seed: number;
}

export interface DriveCommand {
  argv: string[];
  /** Text for stdin (the embedded drivers' configuration). */
  stdin: string | null;
  /**
   * It gets ready on the first line of stdin, prints this line when it is, and begins when stdin ends: it is started ahead
   * of the window. Absent: it begins when it is started.
   */
  readyLine?: string;
  /** Files in `context.folder` whose text `parse` wants, by the name it will find them under. */
  files: Record<string, string>;
  /** Files to write before the start (wrk's Lua script): name in `context.folder` -> text. */
  inputs: Record<string, string>;
  /**
   * Commands that turn the generator's own files into text, run in order behind the window, however it ended. What fails
   * leaves its words on the output's stderr. Absent: none.
   */
  afterwards?: string[][];
}

export interface DriveOutput {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
  /** Text of the files asked for; '' where one is missing. */
  files: Record<string, string>;
  /** The process's own life by our monotonic clock, in µs. */
  wallUs: number;
  /** Killed by our deadline. */
  timedOut: boolean;
}

/** The generator did not give a measurement; the trial is `load-failed` with this reason. */
export class DriverError extends Error {
  /** kebab-case: `generator-aborted`, `generator-deadline`, `output-unreadable`, `nothing-measured`; `server-died` where the server's end was why. */
  readonly code: string;
  /** Requests that had completed, where it is known. */
  readonly completed: number | null;

  constructor(message: string, code: string, completed: number | null = null) {
    super(message);
    this.name = 'DriverError';
    this.code = code;
    this.completed = completed;
  }
}
