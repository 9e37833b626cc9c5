import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadExperiment } from '../src/experiment/load-file.ts';
import { localHost } from '../src/host/local.ts';
import { readMachine } from '../src/host/machine.ts';
import type { Plan } from '../src/model/plan.ts';
import { makePlan } from '../src/plan/make-plan.ts';

const machine = await readMachine(localHost());
const experiments = join(import.meta.dirname, '..', 'experiments');

async function planned(name: string): Promise<Plan> {
  return makePlan(await loadExperiment(join(experiments, `${name}.ts`), machine), machine, { seed: 1 });
}

test('python-vs-nginx: seven servers under four loads, and the two that close are not asked to keep', async () => {
  const plan = await planned('python-vs-nginx');
  expect(plan.servers).toHaveLength(7);
  expect(plan.cells).toHaveLength(28);
  const skipped = plan.cells.filter((cell) => cell.skip !== null);
  expect(skipped.every((cell) => cell.load.keepAlive)).toBe(true);
  expect([...new Set(skipped.map((cell) => cell.server))].sort()).toEqual(['http-server', 'uwsgi']);
  expect([...new Set(plan.cells.map((cell) => cell.load.connections))]).toEqual([100, 2_000]);
  expect(plan.baseline).toEqual({ server: 'nginx' });
  // All are compared by the same reply, which is the source report's.
  expect([...new Set(plan.servers.map((server) => server.reply.body))]).toEqual(['test 成功']);
});

/** As the source report has them, in its order, with its numbers' duplicates. */
const SOURCE = `
net.ipv4.tcp_tw_reuse = 1
net.ipv4.tcp_tw_recycle = 1
net.ipv4.tcp_fin_timeout = 30
net.ipv4.tcp_keepalive_time = 600
net.ipv4.tcp_max_syn_backlog = 8192
net.ipv4.tcp_max_tw_buckets = 60000
net.ipv4.tcp_max_syn_backlog = 65536
net.core.netdev_max_backlog = 32768
net.core.somaxconn = 32768
net.core.wmem_default = 8388608
net.core.rmem_default = 8388608
net.core.rmem_max = 16777216
net.core.wmem_max = 16777216
net.ipv4.tcp_synack_retries = 2
net.ipv4.tcp_syn_retries = 2
net.ipv4.tcp_tw_recycle = 1
net.ipv4.tcp_tw_reuse = 1
net.ipv4.tcp_mem = 94500000 915000000 927000000
net.ipv4.tcp_max_orphans = 3276800
net.core.netdev_max_backlog = 8096
net.ipv4.tcp_syncookies = 1
`;

test('time-wait: the 21 lines of the source report, the later line winning', async () => {
  const lines = SOURCE.trim()
    .split('\n')
    .map((line) => line.split(' = ') as [string, string]);
  expect(lines).toHaveLength(21);
  const plan = await planned('time-wait');
  const settings = plan.cells.find((cell) => cell.environment === 'source-21')?.settings.sysctl ?? {};
  const asked = Object.entries(settings).map(([key, { value }]) => [key, value] as const);
  expect(new Map(asked)).toEqual(new Map(lines));
  expect(asked).toHaveLength(17);
  expect(
    Object.entries(settings)
      .filter(([, { optional }]) => optional)
      .map(([key]) => key),
  ).toEqual(['net.ipv4.tcp_tw_recycle']);
  expect(plan.cells.find((cell) => cell.environment === 'stock')?.settings.sysctl).toEqual({});
  expect(plan.cells.every((cell) => !cell.load.keepAlive)).toBe(true);
});

test("open-files: the limit is the server's alone, and below the connections in one environment only", async () => {
  const plan = await planned('open-files');
  const limits = plan.cells.map(({ settings, load }) => [settings.ulimit.server.nofile, load.connections]);
  expect(limits).toEqual([
    [256, 600],
    [4_096, 600],
  ]);
  for (const cell of plan.cells) expect(cell.settings.ulimit.generator.nofile).not.toBe(256);
});

test('hello: nothing to install, and its windows are short', async () => {
  const plan = await planned('hello');
  expect(plan.servers.flatMap((server) => [...server.requires, ...server.pip])).toEqual([]);
  expect(plan.cells.map((cell) => [cell.load.driver, cell.load.keepAlive])).toEqual([
    ['loadcell', true],
    ['loadcell', false],
  ]);
  const windowsMs = plan.cells.map(({ load }) =>
    load.stop.kind === 'duration' ? load.stop.durationMs : Number.POSITIVE_INFINITY,
  );
  expect(windowsMs.reduce((sum, one) => sum + one, 0) * plan.trials).toBeLessThanOrEqual(10_000);
});
