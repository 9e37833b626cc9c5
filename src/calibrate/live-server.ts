import { join } from 'node:path';
import { openStage } from '../environment/stage/open.ts';
import type { Cell, ServerPlan } from '../model/plan.ts';
import type { Stage } from '../model/stage.ts';
import type { TrialContext } from '../trial/context.ts';
import { renderServer } from '../trial/prepare/render.ts';
import { startProbe } from '../trial/probe.ts';
import { awaitReady, startServer, stopServer } from '../trial/server-run.ts';
import type { Live } from './window.ts';

/** A stage as a trial opens it, without settings. */
export function openBareStage(context: TrialContext): Promise<Stage> {
  return openStage(context.host, {
    isolation: context.isolation.kind,
    rootless: context.isolation.rootless,
    tweaks: [],
    copyHost: context.copyHost,
    network: null,
    runId: context.runId,
    worker: context.workers.sysctls as string,
    node: context.node,
    signal: context.signal,
  });
}

/** A folder inside the run's own, gone afterwards. */
export async function withFolder<T>(context: TrialContext, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = join(context.scratch, `calibrate-${context.host.monotonicNs()}`);
  await context.host.makeFolder(folder);
  try {
    return await use(folder);
  } finally {
    await context.host.remove(folder);
  }
}

export interface ServerTimes {
  /** ms from its start until it was ready, and from the signal until it had ended. */
  start: number;
  stop: number;
}

/**
 * Starts the cell's server as a trial does, several windows long. The probe is up before, so that the times are the
 * server's alone.
 */
export function withServer<T>(
  context: TrialContext,
  cell: Cell,
  use: (live: Live) => Promise<T>,
): Promise<{ result: T; times: ServerTimes }> {
  return withFolder(context, async (folder) => {
    const { host } = context;
    context.signal.throwIfAborted();
    await using stage = await openBareStage(context);
    const server = context.plan.servers.find((one) => one.name === cell.server) as ServerPlan;
    const prepared = context.prepared[server.name];
    if (prepared === undefined) throw new Error(`${server.name} was not prepared`);
    const target = { address: stage.address, port: server.port };
    const rendered = await renderServer(host, server, prepared, { trialFolder: folder, ...target });
    await using probe = await startProbe(stage, context);
    await probe.ask({ op: 'sysctls', paths: [] });
    const startNs = host.monotonicNs();
    const running = await startServer(stage, cell, rendered, { folder, name: 'server' });
    await awaitReady(host, running, probe, server.ready, target, context.signal);
    const readyNs = host.monotonicNs();
    const serverPids = async (): Promise<number[]> => (await stage.processes()).filter((pid) => pid !== probe.pid);
    const result = await use({
      stage,
      cell,
      ...target,
      body: server.reply.body,
      folder: join(folder, 'loads'),
      windows: { count: 0 },
      serverPids,
    });
    const pids = await serverPids();
    const stopNs = host.monotonicNs();
    await stopServer(host, running, server.stop, { before: pids, after: pids }, context.signal);
    return {
      result,
      times: { start: Number(readyNs - startNs) / 1e6, stop: Number(host.monotonicNs() - stopNs) / 1e6 },
    };
  });
}
