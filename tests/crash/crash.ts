import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { localHost } from '../../src/host/local.ts';
import { type Fingerprint, fingerprint } from '../support/fingerprint.ts';
import { type Bench, ended, experiment, nodeServer, type Said } from '../support/loadcell.ts';
import { guardianOf, processesOf, runnersOf, until } from './look.ts';

/** When a run is hit: at a step of its first trial, or so many ms after its start, or after its settings are in force. */
type Moment = (typeof STEPS)[number] | { ms: number; after: 'start' | 'change' };
export const STEPS = [
  'trial-started',
  'stage',
  'ledger-kept',
  'first-setting',
  'server',
  'warm-up',
  'window',
  'stop',
  'first-restored',
  'half-record',
  'trial-ended',
] as const;

/** Who is hit. `tsx`: the command is `npx tsx run`, and the signal goes to tsx above the runner. */
type Target = 'runner' | 'tsx' | 'group' | 'guardian' | 'both';
export interface Crash {
  moment: Moment;
  signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGKILL';
  target: Target;
  isolation: 'namespace' | 'host';
  /** The runner sends itself the signal when it comes to the step. */
  itself?: boolean;
}

export interface Aftermath {
  said: Said;
  /** It came back without a restore by hand. */
  alone: boolean;
  /** From the signal until the settings were back by themselves, ms; null where they were not, nothing had been changed, or it hit itself. */
  settingsMs: number | null;
  /** What is not as it was, after all. */
  left: Partial<Fingerprint>;
  /** What `loadcell restore` printed; '' when it was not needed. */
  restore: string;
}

export const nameOf = ({ moment, signal, target, isolation }: Crash): string =>
  `${signal} to ${target} ${typeof moment === 'string' ? `at ${moment}` : `${moment.ms} ms after ${moment.after}`} (${isolation})`;

/** A node:http server that also starts a daemon, forked twice in a session of its own. */
const server = nodeServer(
  `(require('node:child_process').spawn('setsid', ['sh', '-c', 'sleep 1000 & sleep 1000 &'], { stdio: 'ignore', detached: true }).unref(), (_, reply) => reply.end('hello'))`,
);
const KEYS: Record<string, string> = {
  '/proc/sys/vm/swappiness': '47',
  '/proc/sys/vm/dirty_background_bytes': '268435456',
};
export const experimentText = (isolation: Crash['isolation']): string =>
  experiment(
    server,
    `isolation: '${isolation}',
     controls: { sysctl: { 'vm.swappiness': 47, 'vm.dirty_background_bytes': 268435456, 'net.core.somaxconn': 747 } },
     load: { path: '/', duration: '300ms', connections: 2, warmup: '200ms', driver: 'loadcell' },`,
  );

const host = localHost();
const root = resolve(import.meta.dirname, '../..');

/** Holds the lock meanwhile, so that no other run has settings in force. */
async function undisturbed<T>(look: () => Promise<T>): Promise<T> {
  for (;;) {
    await using held = await host.holdName('loadcell', '');
    if (held !== null) return await look();
    await sleep(50);
  }
}

const settings = async (): Promise<string> =>
  (await Promise.all(Object.keys(KEYS).map(async (key) => (await readFile(key, 'utf8')).trim()))).join(' ');
const changed = Object.values(KEYS).join(' ');

/** Starts a run, hits it, and looks what is left; then calls for a restore where the run's own means were killed too. */
export async function crash(made: Bench, one: Crash): Promise<Aftermath> {
  try {
    return await hit(made, one);
  } finally {
    // After a failure, or nothing: guardians and keepers do their work when the runner ends.
    for (const { pid } of await runnersOf(made)) send(pid, 'SIGKILL');
    await until('all has ended', async () => (await processesOf(made)).length === 0);
  }
}

async function hit(made: Bench, one: Crash): Promise<Aftermath> {
  const before = await undisturbed(() => fingerprint(made));
  const child = start(made, one);
  const end = ended(child);
  const over = { yet: false };
  void end.then(() => {
    over.yet = true;
  });
  if (one.itself === true) await end;
  else if (typeof one.moment === 'object') {
    if (one.moment.after === 'change') await until('it sets', async () => over.yet || (await settings()) === changed);
    await Promise.race([sleep(one.moment.ms), end]);
  } else await until('it stops at its step', async () => over.yet || (await runnersOf(made)).at(-1)?.state === 'T');
  const { guarded, wasChanged } =
    one.itself === true ? { guarded: true, wasChanged: false } : await strike(made, child.pid as number, one);

  // Looked at often, and cheaply: the machine is busy with coming back.
  const hitAt = performance.now();
  const settingsMs = (async () => {
    while ((await settings()) === changed && performance.now() - hitAt < 30_000) await sleep(1);
    return performance.now() - hitAt;
  })();
  await until('all processes have ended', async () => over.yet && (await processesOf(made)).length === 0);
  const said = await end;
  let after = await undisturbed(() => fingerprint(made));
  const alone = !differ(before, after);
  let restore = '';
  if (!alone && !guarded) {
    restore = (await made.run(['restore'])).stderr;
    after = await undisturbed(() => fingerprint(made));
  }
  return {
    said,
    alone,
    settingsMs: wasChanged && alone ? await settingsMs : null,
    left: difference(before, after),
    restore,
  };
}

/** A run that is hit at a step from outside stops itself there and waits for it. */
function start(made: Bench, one: Crash): ChildProcess {
  const fault = one.itself === true ? one.signal : 'SIGSTOP';
  const env: Record<string, string> =
    typeof one.moment === 'string' ? { LOADCELL_FAULT: `${one.moment}:${fault}` } : {};
  const through = [resolve(root, 'node_modules/.bin/tsx'), resolve(root, 'run.ts')];
  return made.start([made.file, '--wait'], { env, detached: true, ...(one.target === 'tsx' ? { through } : {}) });
}

async function strike(
  made: Bench,
  started: number,
  { target, signal }: Crash,
): Promise<{ guarded: boolean; wasChanged: boolean }> {
  const runner = (await runnersOf(made)).at(-1)?.pid ?? null;
  // Stopped, it starts no other guardian.
  if (target === 'both') send(runner, 'SIGSTOP');
  const guardian = guardianOf(await processesOf(made))?.pid ?? null;
  if (target === 'guardian' || target === 'both') send(guardian, 'SIGKILL');
  const wasChanged = (await settings()) === changed;
  if (target === 'group') send(-started, signal);
  else if (target === 'tsx') send(started, signal);
  else if (target !== 'guardian') send(runner, signal);
  send(runner, 'SIGCONT');
  return { guarded: guardian !== null && target !== 'both', wasChanged };
}

/** Nothing where there is no such process, or no more. */
function send(pid: number | null, signal: NodeJS.Signals): void {
  try {
    if (pid !== null) process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const differ = (a: Fingerprint, b: Fingerprint): boolean => Object.keys(difference(a, b)).length > 0;

/** Lines that only one of the two has, marked by whose they are. */
function difference(before: Fingerprint, after: Fingerprint): Partial<Fingerprint> {
  const parts = Object.keys(before) as (keyof Fingerprint)[];
  const entries = parts.map((part): [string, string[]] => [
    part,
    [
      ...before[part].filter((line) => !after[part].includes(line)).map((line) => `- ${line}`),
      ...after[part].filter((line) => !before[part].includes(line)).map((line) => `+ ${line}`),
    ],
  ]);
  return Object.fromEntries(entries.filter(([, lines]) => lines.length > 0));
}
