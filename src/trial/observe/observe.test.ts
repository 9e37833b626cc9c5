import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, test } from 'vitest';
import { localHost } from '../../host/local.ts';
import { startObserving } from './observe.ts';
import { residentBytes } from './tree-use.ts';

const host = localHost();
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A process that burns CPU for a time when told to, and says how much by its own account (µs). */
async function burner(
  threads: number,
): Promise<{ pid: number; burn(ms: number): Promise<number>; end(): Promise<void> }> {
  const program = `
    const { Worker } = require('node:worker_threads');
    const spin = "const end = Date.now() + require('node:worker_threads').workerData; while (Date.now() < end);";
    require('node:readline').createInterface({ input: process.stdin }).on('line', async (line) => {
      const before = process.cpuUsage();
      const ms = Number(line);
      const workers = Array.from({ length: ${threads} }, () => new Worker(spin, { eval: true, workerData: ms }));
      if (workers.length === 0) { const end = Date.now() + ms; while (Date.now() < end); }
      await Promise.all(workers.map((worker) => new Promise((resolve) => worker.on('exit', resolve))));
      const used = process.cpuUsage(before);
      console.log(used.user + used.system);
    }).on('close', () => process.exit());
    console.log('up');`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  // Its own start is work too.
  await lines.next();
  return {
    pid: child.pid as number,
    burn: async (ms) => {
      child.stdin.write(`${ms}\n`);
      return Number((await lines.next()).value);
    },
    end: async () => {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}

const observe = (server: number, rssBytesIdle: number | null = null) =>
  startObserving(host, {
    netRoot: '/proc/self/net',
    generatorNetRoot: '/proc/self/net',
    server: async () => [server],
    rssBytesIdle,
    runnerPid: host.pid,
    cpus: [0],
    plannedMs: null,
  });

test.each([
  ['one thread', 0],
  ['threads that end inside the window', 2],
])("the server's CPU time is what the server itself says: %s", async (_, threads) => {
  const server = await burner(threads);
  const observer = await observe(server.pid);
  const truth = await server.burn(400);
  const { server: use } = await observer.stop();
  expect(use?.cpuUs).toBeGreaterThan(truth * 0.9 - 40_000);
  expect(use?.cpuUs).toBeLessThan(truth * 1.1 + 40_000);
  expect(use?.busiestThread?.cpuUs).toBeLessThanOrEqual((use?.cpuUs ?? 0) + 20_000);
  if (threads === 0) expect(use?.busiestThread?.cpuUs).toBeGreaterThan(truth * 0.7);
  expect(use?.openFilesBefore).toBeGreaterThan(2);
  expect(use?.rssBytesAfter).toBeGreaterThan(10_000_000);
});

test("the server's CPU time has its children's that ended in the window", async () => {
  const child = spawn(
    'sh',
    [
      '-c',
      'echo up; read go; for i in 1 2 3; do (n=0; while [ $n -lt 150000 ]; do n=$((n+1)); done); done; times; read go',
    ],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  const observer = await observe(child.pid as number);
  child.stdin.write('go\n');
  await lines.next();
  const [user, system] = String((await lines.next()).value)
    .split(' ')
    .map(seconds);
  const truth = ((user as number) + (system as number)) * 1e6;
  const { server: use } = await observer.stop();
  expect(truth).toBeGreaterThan(50_000);
  expect(use?.cpuUs).toBeGreaterThan(truth * 0.9 - 40_000);
  expect(use?.cpuUs).toBeLessThan(truth * 1.1 + 40_000);
});

/** `0m1.250000s` */
function seconds(text: string): number {
  const [minutes, rest] = text.split('m');
  return Number(minutes) * 60 + Number.parseFloat(rest ?? '');
}

test('a generator that has ended is known by its samples: a busy one was busy', async () => {
  const idle = await burner(0);
  const generator = await burner(0);
  const observer = await observe(idle.pid);
  observer.loading(generator.pid);
  const truth = (await generator.burn(900)) / 900_000;
  await generator.end();
  const { generator: use, server, samples } = await observer.stop();
  const busy = (use?.cpuUs ?? 0) / (use?.cpuOverUs ?? 1);
  expect(busy).toBeGreaterThan(truth - 0.2);
  expect(busy).toBeLessThan(1.05);
  expect(server?.cpuUs).toBeLessThan(100_000);
  expect(samples).toBeGreaterThan(3);
});

test('a server that is gone has no use, not one of 0', async () => {
  const server = await burner(0);
  const observer = await observe(server.pid);
  await server.end();
  const observation = await observer.stop();
  expect(observation.server).toBeNull();
  expect(observation.generator).toBeNull();
});

test('memory before any load is that of all processes that are there, and is told beside that of the window', async () => {
  const server = await burner(0);
  const one = (await residentBytes(host, [server.pid])) as number;
  expect(one).toBeGreaterThan(10_000_000);
  expect(await residentBytes(host, [server.pid, server.pid])).toBeGreaterThan(1.5 * one);
  expect(await residentBytes(host, [])).toBeNull();
  const observer = await observe(server.pid, one);
  expect((await observer.stop()).server).toMatchObject({ rssBytesIdle: one });
});

test('a generator with a network of its own has counters of its own', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lc-observe-'));
  const write = async (again: number): Promise<void> => {
    await writeFile(join(folder, 'snmp'), `Tcp: CurrEstab RetransSegs\nTcp: ${again} ${again}\n`);
    await writeFile(join(folder, 'netstat'), `TcpExt: TCPSynRetrans\nTcpExt: ${2 * again}\n`);
  };
  await write(5);
  const here = { server: async () => [host.pid], rssBytesIdle: null, runnerPid: host.pid, cpus: [0], plannedMs: null };
  const observer = await startObserving(host, { ...here, netRoot: '/proc/self/net', generatorNetRoot: folder });
  await write(9);
  expect((await observer.stop()).generatorNetwork).toEqual({ 'Tcp.RetransSegs': 4, 'TcpExt.TCPSynRetrans': 8 });
  await rm(folder, { recursive: true });
});

test('one that shares the server’s has none, and connections are counted as they are established', async () => {
  const listening = createServer().listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const observer = await observe(host.pid);
  observer.loading(host.pid);
  const { port } = listening.address() as AddressInfo;
  const sockets = Array.from({ length: 5 }, () => connect(port, '127.0.0.1'));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  await host.sleep(100);
  const { generatorNetwork, sockets: seen } = await observer.stop();
  expect(generatorNetwork).toBeNull();
  expect(seen?.establishedMax).toBeGreaterThanOrEqual(10);
  for (const socket of sockets) socket.destroy();
  listening.close();
});
