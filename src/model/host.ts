/**
 * The machine as a value. Environment, ledger, stage, drivers and observation speak to a `Host` and never to the
 * operating system: a test's fake is one host, this machine is another, a second machine over ssh can be a third.
 * The local implementation is `src/host/local.ts`.
 *
 * Every rejected promise of a file or process method is a `HostError` with the errno code in `code`.
 */
export interface Host {
  /** The runner's own process id on this host. */
  readonly pid: number;
  /** Effective user id and name of the runner. */
  readonly user: { uid: number; name: string };
  /** The folder of temporary files. Absolute. */
  readonly temporary: string;
  /** Wall clock in ms since the epoch. May jump. */
  now(): number;
  /** Monotonic clock in ns. Never jumps; comparable within one host. */
  monotonicNs(): bigint;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;

  /** Reads a whole text file (UTF-8), /proc and /sys included. */
  readText(path: string): Promise<string>;
  /** The last bytes of a text file that may be large; whole when it is shorter. */
  readTail(path: string, bytes: number): Promise<string>;
  /** Whether this user could write the existing file (access(2): read-only mounts count, nothing is written). */
  canWrite(path: string): Promise<boolean>;
  /** One plain write to an existing file, as a kernel interface expects it (no create, no truncate games). */
  writeKernel(path: string, value: string): Promise<void>;
  /** Creates or replaces an ordinary file. Not durable. */
  writeText(path: string, text: string, mode?: number): Promise<void>;
  /** Replaces a file so that a crash leaves the old or the new content: write, fsync, rename, fsync of the folder. */
  writeDurable(path: string, text: string, mode?: number): Promise<void>;
  /** Appends and fsyncs before it resolves. Creates the file when it is missing; ELOOP where it is a link. */
  appendDurable(path: string, text: string): Promise<void>;
  exists(path: string): Promise<boolean>;
  /** Names in a folder, unsorted. */
  list(path: string): Promise<string[]>;
  readLink(path: string): Promise<string>;
  /** Owner and kind of a path, not following a final link. */
  stat(path: string): Promise<{ uid: number; mode: number; kind: 'file' | 'folder' | 'link' | 'other'; size: number }>;
  /** Creates a folder and its parents; resolves when it is there already. */
  makeFolder(path: string, mode?: number): Promise<void>;
  /** A new private folder (0700) under the temporary folder. */
  makeTemporaryFolder(prefix: string): Promise<string>;
  /** Removes a file or a whole folder; resolves when it is gone already. Never follows links. */
  remove(path: string): Promise<void>;
  /** Replaces a symbolic link atomically. */
  link(target: string, path: string): Promise<void>;

  /** Runs to completion. A non-zero exit is a value, not an error; a missing binary rejects with code ENOENT. */
  run(argv: readonly string[], options?: RunOptions): Promise<Finished>;
  /** Starts a process and resolves once it has been spawned. */
  spawn(spec: SpawnSpec): Promise<Running>;
  /** Sends a signal; false when there is no such process (or it is only a zombie's pid). `0` asks only. */
  signal(pid: number, signal: NodeJS.Signals | 0): boolean;

  /**
   * Holds a name that only one process of this machine can hold (strictly: of this network namespace), whoever's it is,
   * until it is let go or the process ends in whatever way. Who asks for the holder gets `answer`. null: it is held.
   */
  holdName(name: string, answer: string): Promise<AsyncDisposable | null>;
  /** What the holder of a name answers (4 KiB at most; another user's word). '' when it does not; null when nobody holds it. */
  askName(name: string): Promise<string | null>;
}

export interface RunOptions {
  cwd?: string;
  /** Added to the inherited environment. */
  env?: Readonly<Record<string, string>>;
  stdin?: string;
  /** Killed (SIGKILL) after this long; `Finished.timedOut` is then true. Default 60,000. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

export interface Finished {
  /** Exit code; null when a signal ended it. */
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
  timedOut: boolean;
}

export interface SpawnSpec {
  argv: readonly string[];
  cwd?: string;
  env?: Readonly<Record<string, string>>;
  /** Text written to stdin and closed, or `pipe` to keep it open for `Running.write`. Default: closed at once. */
  stdin?: string | { pipe: true };
  /** Where stdout goes. `collect` keeps it in memory up to `limitBytes`; a file without a limit is the process's own descriptor (the runner reads nothing), with a limit it is piped. */
  stdout?: Sink;
  stderr?: Sink;
  /** Start a new session (a new process group), so that the terminal's signals do not reach it. */
  newSession?: boolean;
}

export type Sink = 'ignore' | { collect: true; limitBytes?: number } | { file: string; limitBytes?: number };

export interface Running {
  readonly pid: number;
  /** Resolves when the process has ended and its output has been read; never rejects. */
  readonly exited: Promise<Finished>;
  /** What has been collected so far. */
  stdoutSoFar(): string;
  stderrSoFar(): string;
  /** Calls back for every whole line on stdout, from the first one on. Needs `stdout: {collect}`. */
  onLine(listener: (line: string) => void): void;
  write(text: string): void;
  endStdin(): void;
}

/** A failed call to the operating system. */
export class HostError extends Error {
  /** errno name: ENOENT, EACCES, EINVAL ... */
  readonly code: string;
  readonly path: string | undefined;

  constructor(message: string, code: string, path?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HostError';
    this.code = code;
    this.path = path;
  }
}
