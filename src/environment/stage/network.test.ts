import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../../model/host.ts';
import { host, options, prepare } from './fixtures/kit.ts';
import { checkNetwork } from './network.ts';
import { openStage } from './open.ts';
import { probeIsolation } from './probe.ts';

const found = await probeIsolation(host);
const refusals = found.namespace
  ? await checkNetwork(host, { rateMbit: 100, lossPercent: 20, delayMs: 40 }, found)
  : [];
const has = (part: string): boolean => found.namespace && !refusals.some((problem) => problem.where === part);
if (!found.namespace) console.warn(`skipped: no namespaces here: ${found.reason}`);
for (const { where, what } of refusals) console.warn(`${where} cannot be had here: ${what}`);

let kit: Awaited<ReturnType<typeof prepare>>;
beforeAll(async () => {
  kit = await prepare();
});
afterAll(() => kit.remove());
const open = (network: NonNullable<Parameters<typeof checkNetwork>[1]>, more = {}) =>
  openStage(host, options(kit.worker, { rootless: found.rootless, network, ...more }));
type Opened = Awaited<ReturnType<typeof open>>;

/** Starts a Node program on the server's side that says when it listens, and runs one on the generator's. */
async function between(
  stage: Opened,
  server: string,
  generator: string,
): Promise<{ server: string; generator: string }> {
  const listening = await stage.spawn({
    argv: [process.execPath, '-e', server],
    stdout: { collect: true },
    stderr: { collect: true },
  });
  await new Promise<string>((resolve) => listening.onLine(resolve));
  const done = await stage.run([process.execPath, '-e', generator], { side: 'generator' });
  expect(done.stderr).toBe('');
  host.signal(listening.pid, 'SIGTERM');
  return { server: (await listening.exited).stdout, generator: done.stdout };
}

const tcpServer = (address: string) =>
  `require('net').createServer((s) => s.resume().on('end', () => s.end('got it'))).listen(8080, '${address}', () => console.log('up'))`;

describe.skipIf(!has('network'))('a stage with a network between server and generator', () => {
  it('joins two networks of their own by a link, with settings in force on both', async () => {
    await using stage = await open(
      {},
      {
        tweaks: [
          {
            path: '/proc/sys/net/ipv4/tcp_fin_timeout',
            value: '9',
            control: 'sysctl',
            setting: 'sysctl.net.ipv4.tcp_fin_timeout',
            scope: 'namespace',
            optional: false,
          },
        ],
      },
    );
    expect(stage.address).toBe('198.18.0.1');
    expect(stage.generatorNetRoot).not.toBe(stage.netRoot);
    expect(stage.proofs).toMatchObject([{ during: '9', held: true }]);
    for (const side of ['server', 'generator'] as const) {
      expect((await stage.run(['cat', '/proc/sys/net/ipv4/tcp_fin_timeout'], { side })).stdout).toBe('9\n');
    }
    const ask = `require('net').connect(8080, '${stage.address}').end('hello').pipe(process.stdout)`;
    expect((await between(stage, tcpServer(stage.address), ask)).generator).toBe('got it');
    expect(await stage.processes()).toEqual([]);
  });
});

describe.skipIf(!has('network.rateMbit'))('a rate', () => {
  it('is what a transfer gets, in spite of loopback speeds', async () => {
    await using stage = await open({ rateMbit: 80 });
    // 4 MB at 10 MB/s: 400 ms at least, less the burst of 100 kB.
    const ask = `const t = performance.now(); const s = require('net').connect(8080, '${stage.address}');
      s.end(Buffer.alloc(4_000_000)); s.resume().on('end', () => console.log(performance.now() - t))`;
    const { generator } = await between(stage, tcpServer(stage.address), ask);
    expect(Number(generator)).toBeGreaterThan(350);
  });
});

describe.skipIf(!has('network.lossPercent'))('a loss', () => {
  it('takes its share of the packets on the way, and the sender does not know', async () => {
    await using stage = await open({ lossPercent: 20 });
    const count = `let n = 0; const s = require('dgram').createSocket('udp4').on('message', () => { n += 1; });
      s.bind(8080, '${stage.address}', () => console.log('up'));
      process.on('SIGTERM', () => setTimeout(() => { console.log(n); process.exit(); }, 100))`;
    const send = `const s = require('dgram').createSocket('udp4'); let sent = 0;
      const next = (error) => { if (error) throw error; if (sent === 2000) return setTimeout(() => s.close(), 50);
        sent += 1; const send = () => s.send('x', 8080, '${stage.address}', next); sent % 20 ? send() : setTimeout(send, 1); }; next(null)`;
    // Slowly, so that the receiver's buffer loses nothing itself.
    const arrived = Number((await between(stage, count, send)).server.split('\n')[1]);
    // 1,600 expected, standard deviation 18.
    expect(arrived).toBeGreaterThan(1400);
    expect(arrived).toBeLessThan(1800);
  });
});

describe.skipIf(!has('network'))('a delay', () => {
  // One test with both outcomes: few kernels of virtual machines have netem, and what a user gets there is the refusal.
  it(`is ${has('network.delayMs') ? 'added on the way there and on the way back' : 'refused by name where this kernel has no netem'}`, async () => {
    if (!has('network.delayMs')) {
      const told = refusals.find((problem) => problem.where === 'network.delayMs');
      expect(told?.what).toMatch(/qdisc|netem|tc/);
      expect(told?.remedy).toContain('CONFIG_NET_SCH_NETEM');
      await expect(open({ delayMs: 40 })).rejects.toThrow(/did not open/);
      return;
    }
    await using stage = await open({ delayMs: 40 });
    const ask = `const t = performance.now(); require('net').connect(8080, '${stage.address}', function () {
      console.log(performance.now() - t); this.destroy(); })`;
    expect(Number((await between(stage, tcpServer(stage.address), ask)).generator)).toBeGreaterThanOrEqual(80);
  });
});

describe('what cannot be had', () => {
  it('is refused with the reason, each part by itself, and leaves nothing', async () => {
    const withoutTools: Host = {
      ...host,
      spawn: (spec) =>
        host.spawn({ ...spec, argv: spec.argv.map((word) => (word.endsWith('init.sh') ? '/no/such/init.sh' : word)) }),
    };
    if (!found.namespace) return;
    const problems = await checkNetwork(withoutTools, { rateMbit: 10, delayMs: 5 }, found);
    expect(problems.map((problem) => problem.where)).toEqual(['network.rateMbit', 'network.delayMs']);
    expect(problems[0]?.what).toContain('/no/such/init.sh');
    for (const problem of refusals) expect(problem.what).toMatch(/did not open: .+/);
  });

  it('is refused where there are no namespaces', async () => {
    const problems = await checkNetwork(
      host,
      { rateMbit: 10 },
      { namespace: false, rootless: true, reason: 'none here' },
    );
    expect(problems).toMatchObject([{ where: 'network', what: expect.stringContaining('none here') }]);
    expect(await checkNetwork(host, null)).toEqual([]);
  });
});
