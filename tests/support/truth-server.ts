/**
 * A server whose true latencies and counts are known, in a process of its own: what a driver reports is held against it.
 *
 * ```ts
 * await using server = await startTruthServer({ delay: { kind: 'constant', ms: 5 }, cpu: 0 });
 * // load http://127.0.0.1:${server.port}/ ...
 * const truth = await server.stats();
 * truth.requests; truth.connections; truth.closedByClient;    // its own counts
 * percentileUs(truth.delaysUs, 99);                           // its own stamps: request read -> reply written
 * await server.reset();                                       // counts and stamps from zero; the stall is armed again
 * ```
 *
 * The truth is `delaysUs`, the delay that each request really got (timers are late), not the one that was asked for. A client
 * sees a few tens of µs more: two trips through the loopback device. The first request is answered by a cold server: warm up
 * and `reset` where that matters. Speaks HTTP/1.0 (with `Connection: Keep-Alive`) and 1.1, pipelined too; HEAD; or,
 * with `http: '2'`, cleartext HTTP/2 by prior knowledge (`truth-h2c.main.ts`).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import net from 'node:net';
import { createInterface, type Interface } from 'node:readline';
import type { TruthOptions, TruthStats } from '../../src/calibrate/truth/truth.ts';
import { programArgs } from './programs.ts';

export type { Delay, Fault, TruthOptions } from '../../src/calibrate/truth/truth.ts';
export { percentileUs } from '../../src/calibrate/truth/truth.ts';

export interface TruthServer extends AsyncDisposable {
  readonly port: number;
  readonly address: string;
  readonly pid: number;
  /** The body that it replies with. */
  readonly body: string;
  stats(): Promise<TruthStats>;
  /** Counts and stamps from zero. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** Its program; control on stdin and stdout. */
function truthServerArgv(options: TruthOptions, http: '1.1' | '2' = '1.1'): string[] {
  return [process.execPath, ...programArgs(http === '2' ? 'truth-h2c' : 'truth-server'), JSON.stringify(options)];
}

/** Starts it and resolves when it listens. `wrap` is a command prefix (`taskset -c 0`, `chrt -f 1`). */
export async function startTruthServer(
  options: TruthOptions & { cpu?: number; wrap?: readonly string[]; http?: '1.1' | '2' } = {},
): Promise<TruthServer> {
  const { cpu, wrap, http, ...rest } = options;
  const pin = cpu === undefined ? [] : ['taskset', '-c', String(cpu)];
  const [file, ...args] = [...pin, ...(wrap ?? []), ...truthServerArgv(rest, http)];
  const child = spawn(file as string, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const { port, pid } = JSON.parse(await answer(child, lines)) as { port: number; pid: number };
  const ask = (line: string): Promise<string> => {
    const reply = answer(child, lines);
    child.stdin.write(`${line}\n`);
    return reply;
  };
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.stdin.end();
    child.kill('SIGKILL');
    await gone;
  };
  child.stdin.on('error', () => undefined);
  return {
    port,
    pid,
    address: rest.address ?? '127.0.0.1',
    body: rest.body ?? 'Hello, World!\n',
    stats: async () => JSON.parse(await ask('stats')) as TruthStats,
    reset: async () => {
      await ask('reset');
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function answer(child: ChildProcess, lines: Interface): Promise<string> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error('the truth server has ended'));
    if (child.exitCode !== null || child.signalCode !== null) return ended();
    child.once('exit', ended);
    child.once('error', reject);
    lines.once('line', (line) => {
      child.off('exit', ended);
      child.off('error', reject);
      resolve(line);
    });
  });
}

/** A port of 127.0.0.1 on which nobody listens: connections are refused. */
export async function refusingPort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
