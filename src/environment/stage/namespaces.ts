import { fileURLToPath } from 'node:url';
import { type Host, HostError, type Running } from '../../model/host.ts';
import type { Settings } from '../../model/plan.ts';
import type { StageSide } from '../../model/stage.ts';
import { childrenOf } from './process-tree.ts';
import type { SysctlReport } from './sysctl-protocol.ts';

const INIT = fileURLToPath(new URL('./init.sh', import.meta.url));
const READY_MS = 15_000;
const GONE_MS = 15_000;

/** A set of private network, PID and mount namespaces, alive. */
export interface Namespaces {
  /** argv that enters them, in the folder where it is run. */
  enter(side: StageSide): string[];
  /** Process 1 as the host sees it, and the process that holds the generator's network (the same without shaping). */
  readonly holders: Readonly<Record<StageSide, number>>;
  readonly reports: Readonly<Record<string, SysctlReport>>;
  /** Kills everything inside and waits until it is gone. Idempotent. */
  close(): Promise<void>;
}

export interface NamespaceOptions {
  rootless: boolean;
  network: Settings['network'];
  /** JSON of a `SysctlJob`; '' = none. */
  settings: string;
  worker: string;
  node: string;
}

/**
 * Opens them by the chain that was shown to take daemons down: the parent-death signal ends unshare when the runner
 * dies, `--kill-child` ends process 1 with unshare, the kernel ends everything inside with process 1. The second belt
 * is the pipe that process 1 reads: it ends when the runner lets go.
 */
export async function openNamespaces(host: Host, options: NamespaceOptions): Promise<Namespaces> {
  const outer = await host.spawn({
    argv: [
      ...['setpriv', '--pdeathsig', 'KILL', '--', 'unshare', ...(options.rootless ? USER : [])],
      ...['-n', '-m', '--pid', '--fork', '--kill-child', '--mount-proc', '--', 'sh', INIT],
      options.network === null ? 'whole' : 'server',
      options.node,
      options.worker,
      options.settings,
      ...shaping(options.network),
    ],
    stdin: { pipe: true },
    stdout: { collect: true },
    stderr: { collect: true },
    newSession: true,
  });
  try {
    const reports = await ready(host, outer, options.network === null ? ['whole'] : ['server', 'generator']);
    const holders = await findHolders(host, outer, options.network !== null);
    return {
      holders,
      reports,
      enter: (side) => [
        ...['nsenter', '-t', String(holders[side]), ...(options.rootless ? ['-U', '--preserve-credentials'] : [])],
        // Entering a mount namespace moves to its root otherwise.
        ...['-n', '-m', '-p', '--wd=.', '--'],
      ],
      close: () => close(host, outer, holders.server),
    };
  } catch (error) {
    host.signal(outer.pid, 'SIGKILL');
    outer.endStdin();
    await outer.exited;
    throw error;
  }
}

/** The current user stays who he is inside (nginx's chown works) and the chain holds capabilities over what is inside. */
export const USER = ['--map-current-user', '--keep-caps'];

/** Burst, rate, loss, delay: the script's last arguments. */
function shaping(network: Settings['network']): string[] {
  const rate = network?.rateMbit;
  const loss = network?.lossPercent;
  // A token bucket must hold what comes between two ticks of the clock (10 ms at worst), and a few whole packets.
  const burst = rate === undefined ? '' : String(Math.max(16_000, Math.ceil((rate * 1e6) / 8 / 100)));
  return [burst, text(rate), loss === undefined ? '' : text(Math.round(loss * 100)), text(network?.delayMs)];
}

const text = (value: number | undefined): string => (value === undefined || value === 0 ? '' : String(value));

/** Resolves when every side has said that it is ready, with what the sysctl worker said; rejects with stderr. */
async function ready(host: Host, outer: Running, sides: string[]): Promise<Record<string, SysctlReport>> {
  const reports: Record<string, SysctlReport> = {};
  const missing = new Set(sides);
  let lacking: string | undefined;
  const deadline = new AbortController();
  const allReady = new Promise<void>((resolve) => {
    outer.onLine((line) => {
      const [side = '', word, ...rest] = line.split(' ');
      if (word === 'sysctls') reports[side] = JSON.parse(rest.join(' ')) as SysctlReport;
      if (word === 'lacks') lacking = rest[0];
      if (word === 'ready') missing.delete(side);
      // One end alone is no stage. Its reason is on stderr, which is whole when all have ended.
      if (word === 'failed') host.signal(outer.pid, 'SIGKILL');
      if (missing.size === 0) resolve();
    });
  });
  const ended = outer.exited.then((end) => {
    if (lacking !== undefined) {
      const name = lacking === 'nft' ? 'nftables' : 'iproute2';
      throw new HostError(`the ${lacking} command is missing: apt-get install -y ${name}`, 'ENOPKG');
    }
    // The shell puts the script and the line before its own words; the user's concern is what follows.
    const said = end.stderr.replaceAll(new RegExp(`^${INIT}: (?:line )?\\d+: `, 'gm'), '').trim();
    throw new HostError(`the stage did not open: ${said || `code ${end.code}, ${end.signal}`}`, 'EPERM');
  });
  const late = host.sleep(READY_MS, deadline.signal).then(() => {
    throw new HostError(`the stage was not ready after ${READY_MS} ms: ${outer.stderrSoFar().trim()}`, 'ETIMEDOUT');
  });
  try {
    await Promise.race([allReady, ended, late]);
  } finally {
    ended.catch(() => undefined);
    late.catch(() => undefined);
    deadline.abort();
  }
  return reports;
}

async function findHolders(host: Host, outer: Running, shaped: boolean): Promise<Record<StageSide, number>> {
  const [init] = await childrenOf(host, outer.pid);
  if (init === undefined) throw new HostError('the stage ended while it was opened', 'ESRCH');
  if (!shaped) return { server: init, generator: init };
  const [generator] = await childrenOf(host, init);
  if (generator === undefined) throw new HostError("the generator's side ended while the stage was opened", 'ESRCH');
  return { server: init, generator };
}

/** unshare waits for process 1, and process 1 is gone only when the kernel has reaped everything inside. */
async function close(host: Host, outer: Running, init: number): Promise<void> {
  outer.endStdin();
  let ended = false;
  const end = outer.exited.then(() => {
    ended = true;
  });
  // While unshare lives, the pid of its child cannot be anyone else's.
  if (host.signal(outer.pid, 0)) host.signal(init, 'SIGKILL');
  const deadline = new AbortController();
  await Promise.race([end, host.sleep(GONE_MS, deadline.signal).catch(() => undefined)]);
  deadline.abort();
  if (!ended) throw new HostError(`the stage's processes are still there after ${GONE_MS} ms (init ${init})`, 'EBUSY');
}
