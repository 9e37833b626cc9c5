import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import aiohttp from '../experiments/servers/aiohttp/recipe.ts';
import go from '../experiments/servers/go/recipe.ts';
import httpServer from '../experiments/servers/http-server/recipe.ts';
import httpServerQuiet from '../experiments/servers/http-server-quiet/recipe.ts';
import httpServerThreaded from '../experiments/servers/http-server-threaded/recipe.ts';
import nginx from '../experiments/servers/nginx/recipe.ts';
import node from '../experiments/servers/node/recipe.ts';
import uwsgi from '../experiments/servers/uwsgi/recipe.ts';
import { checkExperiment } from '../src/experiment/load-file.ts';
import { localHost } from '../src/host/local.ts';
import { readMachine } from '../src/host/machine.ts';
import type { Host, Running } from '../src/model/host.ts';
import type { ServerPlan } from '../src/model/plan.ts';
import { makePlan } from '../src/plan/make-plan.ts';
import { type Prepared, type PrepareTools, prepareServer } from '../src/trial/prepare/prepare.ts';
import { renderServer } from '../src/trial/prepare/render.ts';
import { missingRequirements, requirementsOf } from '../src/trial/prepare/requirements.ts';
import { hostToolPath } from '../src/trial/prepare/search-path.ts';

/** Every recipe is really started, asked over a socket and stopped, as this user and, for root, as an ordinary one. */
const recipes = [httpServer, httpServerThreaded, httpServerQuiet, aiohttp, uwsgi, nginx, go, node];
const host = localHost();
const ORDINARY = 65_534;
const isRoot = process.getuid?.() === 0;

let cache = '';
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'loadcell-recipes-'));
  // The ordinary user runs what was built here.
  await chmod(cache, 0o755);
});
afterAll(() => rm(cache, { recursive: true, force: true }));

const tools = (folder: string): PrepareTools => ({ cache: folder, leash: [], install: true, say: () => undefined });

const machine = await readMachine(host);
const file = 'recipes.test.ts';
const experiment = checkExperiment({ title: 'all', servers: recipes, load: { requests: 1, keepAlive: false } }, file);
for (const plan of makePlan({ name: 'recipes', file, experiment }, machine, { seed: 1 }).servers) {
  const [lacking] = await missingRequirements(host, requirementsOf(plan));
  describe(plan.name, () => {
    if (lacking !== undefined) {
      test.skip(`skipped: ${lacking.reason} (${lacking.install})`, () => undefined);
      return;
    }
    let prepared: Prepared;
    beforeAll(async () => {
      prepared = await prepareServer(host, plan, tools(cache));
    }, 180_000);

    test('tells its version', () => {
      expect(prepared.version).toMatch(/^\d+\.\d+/);
    });

    test('gives the declared reply, fresh and kept open, as promised', async () => {
      await using server = await start(plan, prepared, host);
      expect(await ask(server.port, {})).toMatchObject({ status: plan.reply.status, body: plan.reply.body });
      expect(await repliesOnOneConnection(server.port, 'HTTP/1.1', 'keep-alive')).toBe(plan.keepAlive ? 3 : 1);
      expect(await repliesOnOneConnection(server.port, 'HTTP/1.0', 'keep-alive')).toBe(plan.keepAlive ? 3 : 1);
      // A generator that asks for a fresh connection must get one: else its next connect would be the server's to refuse.
      expect(await repliesOnOneConnection(server.port, 'HTTP/1.1', 'close')).toBe(1);
    });

    test('shows its source or configuration', async () => {
      await using server = await start(plan, prepared, host);
      expect(server.shown.length).toBeGreaterThan(0);
      for (const file of server.shown) expect(file.text).not.toContain('{{');
      expect(server.shown.map((file) => file.text).join('')).toContain('test 成功');
    });

    test('stops on its signal, with connections still open', async () => {
      await using server = await start(plan, prepared, host);
      const open = plan.keepAlive ? await Promise.all(Array.from({ length: 20 }, () => connection(server.port))) : [];
      for (const socket of open) socket.write('GET /info HTTP/1.1\r\nHost: test\r\n\r\n');
      await Promise.all(open.map((socket) => new Promise((resolve) => socket.once('data', resolve))));
      host.signal(server.pid, plan.stop.signal);
      const ended = await Promise.race([server.exited, sleep(plan.stop.patienceMs, null, { ref: false })]);
      expect(ended).not.toBeNull();
      await expect(connection(server.port)).rejects.toThrow('ECONNREFUSED');
      for (const socket of open) socket.destroy();
    });

    test.skipIf(!isRoot)(
      `starts as an ordinary user${isRoot ? '' : ' (skipped: this is one already, as above)'}`,
      async () => {
        const ordinary = await ordinaryHost();
        // A virtual environment points at a Python, and root's may lie where others may not look.
        const own =
          plan.pip.length === 0 ? prepared : await prepareServer(ordinary, plan, tools(join(cache, 'ordinary')));
        const PATH = await hostToolPath(ordinary, null);
        await using server = await start(plan, { ...own, env: { PATH } }, ordinary);
        expect(await ask(server.port, {})).toMatchObject({ status: 200, body: 'test 成功' });
      },
    );
  });
}

interface Started extends AsyncDisposable {
  port: number;
  pid: number;
  exited: Running['exited'];
  shown: { text: string }[];
}

/** This machine as a user without any right sees it: no home, and no folder of root's on PATH. */
async function ordinaryHost(): Promise<Host> {
  const become = ['setpriv', `--reuid=${ORDINARY}`, `--regid=${ORDINARY}`, '--clear-groups', '--'];
  const folders = (process.env.PATH ?? '').split(':');
  const open = await Promise.all(
    folders.map(async (one) => (await host.run([...become, 'test', '-x', one])).code === 0),
  );
  const env = { HOME: join(cache, 'ordinary'), PATH: folders.filter((_, index) => open[index]).join(':') };
  const makeFolder: Host['makeFolder'] = async (path, mode) => {
    await host.makeFolder(path, mode);
    for (let one = path; one.startsWith(join(cache, 'ordinary')); one = dirname(one))
      await chown(one, ORDINARY, ORDINARY);
  };
  return {
    ...host,
    user: { uid: ORDINARY, name: 'nobody' },
    makeFolder,
    run: (argv, options = {}) => host.run([...become, ...argv], { ...options, env: { ...env, ...options.env } }),
    spawn: (spec) => host.spawn({ ...spec, argv: [...become, ...spec.argv], env: { ...env, ...spec.env } }),
  };
}

async function start(plan: ServerPlan, prepared: Prepared, on: Host): Promise<Started> {
  const trialFolder = await mkdtemp(join(tmpdir(), 'loadcell-recipe-trial-'));
  await chown(trialFolder, on.user.uid, -1);
  const port = await freePort();
  const rendered = await renderServer(host, plan, prepared, { trialFolder, port, address: '127.0.0.1' });
  const running = await on.spawn({
    argv: rendered.argv,
    cwd: rendered.cwd,
    env: rendered.env,
    stdout: { collect: true },
    stderr: { collect: true },
  });
  let ended = false;
  void running.exited.then(() => {
    ended = true;
  });
  const stop = async (): Promise<void> => {
    if (!ended) host.signal(running.pid, plan.stop.signal);
    const late = sleep(plan.stop.patienceMs, 'late', { ref: false });
    if ((await Promise.race([running.exited, late])) === 'late') host.signal(running.pid, 'SIGKILL');
    await running.exited;
    await rm(trialFolder, { recursive: true, force: true });
  };
  const deadline = Date.now() + 10_000;
  for (;;) {
    if (await ask(port, {}).catch(() => null)) break;
    if (ended || Date.now() > deadline) {
      const said = `${running.stdoutSoFar()}${running.stderrSoFar()}`;
      await stop();
      throw new Error(`${plan.name} did not become ready: ${said}`);
    }
    await sleep(10);
  }
  return { port, pid: running.pid, exited: running.exited, shown: rendered.shown, [Symbol.asyncDispose]: stop };
}

function ask(port: number, headers: Record<string, string>): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const request = http.get(
      { host: '127.0.0.1', port, path: '/info', headers, agent: false, timeout: 5_000 },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString('utf8') }),
        );
        response.on('error', reject);
      },
    );
    request.on('timeout', () => request.destroy(new Error('no reply')));
    request.on('error', reject);
  });
}

/** How many of three requests, one after the other on the same connection, are answered before the server closes it. */
async function repliesOnOneConnection(port: number, version: string, wish: 'keep-alive' | 'close'): Promise<number> {
  const socket = await connection(port);
  let text = '';
  let closed = false;
  socket.on('data', (chunk) => {
    text += chunk.toString('utf8');
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    closed = true;
  });
  socket.on('end', () => {
    closed = true;
  });
  const count = (): number => text.split('test 成功').length - 1;
  for (let sent = 1; sent <= 3 && !closed; sent += 1) {
    socket.write(`GET /info ${version}\r\nHost: test\r\nConnection: ${wish}\r\n\r\n`);
    while (count() < sent && !closed) await sleep(2);
    // A server that closes does so right behind its reply.
    await sleep(20);
  }
  if (count() > 1 && version === 'HTTP/1.0') expect(text).toMatch(/^Connection: keep-alive\r$/im);
  socket.destroy();
  return count();
}

const connection = (port: number): Promise<net.Socket> =>
  new Promise((resolve, reject) => {
    const socket = net.connect({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
