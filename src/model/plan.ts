/**
 * The plan: an experiment after validation, defaults and expansion. Plain JSON, complete: nothing downstream asks for
 * a default again, and `run.json` holds it whole.
 */

/** Who a per-process setting is for. */
export type Role = 'server' | 'generator';

export interface Plan {
  schemaVersion: 1;
  experiment: {
    /** File name without its ending; names the run folder. */
    name: string;
    title: string;
    /** Markdown, as written. */
    notes: string;
    /** Absolute path of the experiment file. */
    file: string;
    /** SHA-256 of the definition's JSON (not of the file's text): what `--resume` compares. */
    digest: string;
  };
  seed: number;
  /** Trials for each cell. */
  trials: number;
  /** A smoke run: few, short trials. Marked in the report. */
  quick: boolean;
  isolation: 'auto' | 'namespace' | 'host';
  /** Settings that cannot be applied become caveats instead of a refusal. */
  relax: boolean;
  servers: ServerPlan[];
  environments: EnvironmentPlan[];
  cells: Cell[];
  /** The order of trials: blocked (each block holds every cell once), shuffled within a block by `seed`. */
  order: TrialSlot[];
  baseline: { server?: string; environment?: string } | null;
  thresholds: Threshold[];
  report: { template: string; locale: string };
}

/** What a command line changes of an experiment's plan, beside the seed. Absent: as the experiment says. */
export interface PlanChanges {
  /** Cells whose id matches: text or `*` patterns, separated by commas. */
  only?: string;
  /** Trials for each cell. */
  trials?: number;
  /** One driver for every load. */
  driver?: string;
  isolation?: Plan['isolation'];
  quick?: boolean;
  relax?: boolean;
}

export interface TrialSlot {
  cell: string;
  /** 1-based. */
  trial: number;
}

/** One server in one environment under one load. */
export interface Cell {
  /** Readable and file-name safe: `nginx@stock:c100-fresh`-like, with `@`, `:` replaced by `.`; unique in the plan. */
  id: string;
  server: string;
  environment: string;
  load: Load;
  /** Everything that is set for this cell: experiment < server < environment, merged. */
  settings: Settings;
  /** Set when the plan already knows that this cell cannot be measured; it is reported as `not-run`. */
  skip: string | null;
}

/** One load shape. Every axis has one value here. */
export interface Load {
  /** Driver name, or `auto` until preflight has chosen. */
  driver: string;
  path: string;
  method: string;
  headers: Record<string, string>;
  body: string | null;
  /** When the measured window ends. */
  stop: { kind: 'requests'; requests: number } | { kind: 'duration'; durationMs: number };
  /** Concurrent connections (ab's -c). */
  connections: number;
  /** false: a new connection for every request. */
  keepAlive: boolean;
  /** Requests in flight on one connection; 1 = none. */
  pipelining: number;
  /** Load before the window that is not measured. `null`: none. */
  warmup: { kind: 'requests'; requests: number } | { kind: 'duration'; durationMs: number } | null;
  /** A request without a reply for this long is an error. */
  timeoutMs: number;
  /** Open loop: arrivals a second and their process. null = closed loop. */
  rate: { perSecond: number; arrivals: 'constant' | 'poisson' } | null;
  http: '1.1' | '2';
}

/** What controls act on: the merged, validated `controls` of a cell. Each key belongs to one file in src/controls. */
export interface Settings {
  /** CPU numbers for each role after placement; null = not pinned. */
  cpus: Record<Role, number[] | null>;
  /** Resource limits by prlimit name (nofile, nproc, core, memlock, stack, as, fsize), soft = hard = value. */
  ulimit: Record<Role, Record<string, number | 'unlimited'>>;
  /** Niceness, -20 to 19; null = inherited. */
  nice: Record<Role, number | null>;
  /** Environment variables added for each role. */
  env: Record<Role, Record<string, string>>;
  /** sysctl key (dots) -> setting. Values stay strings: the kernel has tuples and 64-bit numbers. */
  sysctl: Record<string, SysctlSetting>;
  /** Settings of the whole machine other than sysctls; absent = left as they are. */
  machine: {
    governor?: string;
    turbo?: boolean;
    transparentHugepages?: 'always' | 'madvise' | 'never';
    /** Address space layout randomisation (kernel.randomize_va_space): 0, 1 or 2. */
    aslr?: 0 | 1 | 2;
  };
  /**
   * Declared network shaping between generator and server, each in both directions; null = plain loopback.
   * `rateMbit`: a token bucket with a queue of 50 ms. `lossPercent`: of packets, on arrival. `delayMs`: one way, so that
   * a round trip takes twice as much.
   */
  network: { rateMbit?: number; lossPercent?: number; delayMs?: number } | null;
}

export interface SysctlSetting {
  value: string;
  /** A key that this kernel does not have is reported, not refused. */
  optional: boolean;
}

/** A write under /proc/sys or /sys that outlives us and must be restored. */
export interface Tweak {
  /** Absolute path under /proc/sys or /sys. */
  path: string;
  value: string;
  /** The control that asked for it, and its name in the experiment (`sysctl.net.core.somaxconn`). */
  control: string;
  setting: string;
  /** `namespace`: the key lives in the trial's own network namespace and vanishes with it. `machine`: it is the host's. */
  scope: 'namespace' | 'machine';
  optional: boolean;
}

/** A command prefix that changes the process it starts and dies with it. */
export interface Wrap {
  /** Prefix put before the argv: `['taskset', '-c', '0']`. Outermost first. */
  prefix: string[];
  env: Record<string, string>;
  control: string;
  setting: string;
  role: Role;
}

interface EnvironmentPlan {
  name: string;
  /** Markdown; '' when there is none. */
  note: string;
}

export interface ServerPlan {
  name: string;
  title: string;
  /** Markdown; '' when there is none. */
  note: string;
  /** Folder of the recipe, absolute: `{{recipe}}` in its templates. */
  folder: string;
  requires: Requirement[];
  /** Whether it keeps a connection open when asked to; cells with keepAlive are `not-run` where it does not. */
  keepAlive: boolean;
  /** Build steps, run once, cached by `build.inputs`' content. `{{build}}` is the cache folder. */
  build: { inputs: string[]; steps: string[][] } | null;
  /** Python packages installed into a virtual environment of ours (`{{venv}}`), as pip requirement lines. */
  pip: string[];
  /** Rendered with Handlebars into the trial's folder (`{{trial}}`): target name -> template file in `folder`. */
  files: Record<string, string>;
  /** argv with Handlebars placeholders: port, recipe, trial, build, venv, node. */
  command: string[];
  cwd: string | null;
  port: number;
  ready: Readiness;
  /** The reply that every request must get. */
  reply: Reply;
  /** argv that prints the version, and the pattern (first group) that finds it. null = unknown. */
  version: { argv: string[]; pattern: string } | null;
  stop: { signal: 'SIGTERM' | 'SIGINT' | 'SIGQUIT' | 'SIGKILL'; patienceMs: number };
  /** Files of the recipe's folder (or rendered ones) that the writeup shows, in order. */
  show: string[];
}

export type Readiness = ({ kind: 'http'; path: string } | { kind: 'tcp' } | { kind: 'log'; pattern: string }) & {
  timeoutMs: number;
};

export interface Reply {
  status: number;
  /** Exact body, or null when any body will do. */
  body: string | null;
  /** Headers that must be there, lower-case names. */
  headers: Record<string, string>;
}

/** A command that must be on the machine, and the packages that bring it. */
export interface Requirement {
  command: string;
  /** Debian package. */
  apt: string | null;
  /** Other ways in, tried in order when there is no apt package: argv to run. */
  install: string[][];
  /** argv + pattern that prove that the binary is the right one; names collide. */
  verify: { argv: string[]; pattern: string } | null;
}

export interface Threshold {
  /** Which cells it is for; an empty match is all. */
  match: CellMatch;
  metric: Metric;
  min: number | null;
  max: number | null;
}

/** A partial cell: every given key must be equal. */
export type CellMatch = Record<string, string | number | boolean>;

export type Metric =
  | 'requestsPerSecond'
  | 'latencyUs.p50'
  | 'latencyUs.p90'
  | 'latencyUs.p99'
  | 'latencyUs.p999'
  | 'latencyUs.max'
  | 'errors';
