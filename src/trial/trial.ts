import { join } from 'node:path';
import { asMachine, compileTweaks } from '../controls/index.ts';
import { ApplyError } from '../environment/apply.ts';
import { openStage } from '../environment/stage/open.ts';
import { DriverError } from '../model/driver.ts';
import type { Measurement } from '../model/measurement.ts';
import type { Cell, ServerPlan, TrialSlot } from '../model/plan.ts';
import type { Outcome, Proof, TrialRecord } from '../model/record.ts';
import { driveContext, type Phase, type TrialContext } from './context.ts';
import type { HeldLoad } from './load-run.ts';
import { hold, measure } from './measure.ts';
import { renderServer } from './prepare/render.ts';
import { startProbe } from './probe.ts';
import { proveProcesses } from './prove.ts';
import { checkReply } from './reply-check.ts';
import { awaitReady, logTail, ServerFailed, type ServerRun, startServer, stopServer } from './server-run.ts';
import { stepClock } from './steps.ts';

/** Facts of a trial while it runs; becomes the record whatever happens. */
type Draft = Omit<TrialRecord, 'outcome'>;

/**
 * One trial from a clean stage to a clean machine. Never throws for what a server, a generator or a setting does: that
 * is the outcome. It throws only where the machine could not be restored or loadcell itself is wrong.
 */
export async function runTrial(
  context: TrialContext,
  cell: Cell,
  slot: TrialSlot,
  place: { sequence: number; attempt: number },
): Promise<TrialRecord> {
  const draft: Draft = {
    schemaVersion: 1,
    cell: cell.id,
    trial: slot.trial,
    attempt: place.attempt,
    sequence: place.sequence,
    startedAt: new Date(context.host.now()).toISOString(),
    stage: null,
    proofs: [],
    replies: [],
    observation: null,
    stepsMs: {},
    server: null,
    serverLog: '',
    logs: [],
  };
  const folder = join(context.scratch, `${place.sequence}-${place.attempt}`);
  await context.host.makeFolder(folder);
  try {
    const outcome = await inStage(context, cell, draft, folder);
    return { ...draft, outcome: context.signal.aborted ? { kind: 'aborted', reason: 'interrupted' } : outcome };
  } catch (error) {
    return { ...draft, outcome: outcomeOf(error, context.signal.aborted) };
  } finally {
    await context.host.remove(folder);
  }
}

function outcomeOf(error: unknown, interrupted: boolean): Outcome {
  if (interrupted) return { kind: 'aborted', reason: 'interrupted' };
  if (error instanceof ServerFailed) return { kind: 'server-failed', code: error.code, reason: error.message };
  if (error instanceof DriverError) {
    return { kind: 'load-failed', code: error.code, reason: error.message, completed: error.completed };
  }
  if (error instanceof ApplyError) return { kind: 'aborted', reason: error.message };
  throw error;
}

/** Opens what the trial needs, adjacent to what closes it, and runs it inside. */
async function inStage(context: TrialContext, cell: Cell, draft: Draft, folder: string): Promise<Outcome> {
  const { host } = context;
  const step = stepClock(host, draft.stepsMs);
  const namespaced = context.isolation.kind === 'namespace';
  const all = compileTweaks(cell.settings, context.machine);
  const tweaks = namespaced ? all : asMachine(all);

  phase(context, 'stage');
  await using applied = await context.environment.apply(tweaks.filter((tweak) => tweak.scope === 'machine'));
  draft.proofs.push(...applied.proofs);
  await using stage = await openStage(host, {
    isolation: context.isolation.kind,
    rootless: context.isolation.rootless,
    tweaks: tweaks.filter((tweak) => tweak.scope === 'namespace'),
    copyHost: context.copyHost,
    network: cell.settings.network,
    runId: context.runId,
    worker: context.workers.sysctls as string,
    node: context.node,
    signal: context.signal,
  });
  draft.stage = stage.record;
  draft.proofs.push(...stage.proofs);
  step('stage');

  const server = context.plan.servers.find((one) => one.name === cell.server) as ServerPlan;
  const prepared = context.prepared[server.name];
  if (prepared === undefined) throw new ServerFailed('server-exited', `${server.name} was not prepared`);
  const target = { address: stage.address, port: server.port };
  const rendered = await renderServer(host, server, prepared, { trialFolder: folder, ...target });

  phase(context, 'server');
  const drive = driveContext(context, cell, {
    ...target,
    folder: join(folder, 'load'),
    expectedBody: server.reply.body,
    trial: draft.trial,
  });
  // It gets ready while probe and server do, so that the window need not wait for it as long.
  const holding = hold(context, stage, cell, drive);
  await using _started = settled(holding);
  await using probe = await startProbe(stage, context);
  const running = await startServer(stage, cell, rendered, { folder, name: 'server' });
  let held: HeldLoad | null = null;
  const serverPids = async (): Promise<number[]> =>
    (await stage.processes()).filter((pid) => pid !== probe.pid && pid !== held?.pid);
  try {
    held = await holding;
    await awaitReady(host, running, probe, server.ready, target, context.signal);
    step('server');
    await check(draft, await checkReply(probe, 'before', target, cell.load, server.reply));
    draft.proofs.push(...(await proveProcesses(host, 'server', cell.settings, await serverPids())));
    const measured = await measure(context, stage, cell, drive, { serverPids, step, draft, held });
    draft.replies.push(await checkReply(probe, 'after', target, cell.load, server.reply));
    draft.proofs = await proveStillHeld(draft.proofs, (paths) =>
      probe.ask({ op: 'sysctls', paths }).then((a) => a.values),
    );
    const after = await serverPids();
    phase(context, 'stop');
    draft.server = await stopServer(
      host,
      running,
      server.stop,
      { before: measured.serverPidsBefore, after },
      context.signal,
    );
    step('stop');
    return { kind: 'measured', measurement: unlessDead(draft.server, measured.read) };
  } finally {
    await keepLogs(context, draft, running);
  }
}

/** Waits until a start that is under way has succeeded or failed: what it starts is the stage's to end. */
function settled(start: Promise<unknown>): AsyncDisposable {
  const over = Promise.allSettled([start]);
  return { [Symbol.asyncDispose]: async () => void (await over) };
}

const phase = (context: TrialContext, name: Phase): void => context.onEvent({ kind: 'phase', phase: name });

/** A server that replies something else than declared is not measured: its number would be another thing's. */
async function check(draft: Draft, reply: TrialRecord['replies'][number]): Promise<void> {
  draft.replies.push(reply);
  if (!reply.ok) throw new ServerFailed('wrong-reply', `the server's reply is not the declared one: ${reply.problem}`);
}

/** What a generator says of a server that has ended is its end, and not the generator's failure. */
function unlessDead(server: TrialRecord['server'], read: () => Measurement): Measurement {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DriverError) || server === null || server.alive) throw error;
    const how = server.signal === null ? `exit code ${server.code}` : server.signal;
    const reason = `the server ended (${how}) while it was measured; the generator: ${error.message}`;
    throw new DriverError(reason, 'server-died', error.completed);
  }
}

/** Reads the namespaced settings again after the window: one that changed meanwhile did not hold. */
async function proveStillHeld(
  proofs: readonly Proof[],
  read: (paths: string[]) => Promise<Record<string, string | null>>,
): Promise<Proof[]> {
  const path = (proof: Proof): string | null =>
    proof.held && proof.setting.startsWith('sysctl.') && proof.during !== null
      ? `/proc/sys/${proof.setting.slice('sysctl.'.length).replaceAll('.', '/')}`
      : null;
  const paths = proofs.map(path).filter((one): one is string => one !== null);
  if (paths.length === 0) return [...proofs];
  const values = await read(paths);
  return proofs.map((proof) => {
    const own = path(proof);
    const now = own === null ? null : (values[own] ?? null);
    if (now === null || now.split(/\s+/).join(' ') === (proof.during ?? '').split(/\s+/).join(' ')) return proof;
    return { ...proof, held: false, detail: `it was ${now} after the window` };
  });
}

/** Bounded logs into the run folder, so that a failed trial can be read a year later. */
async function keepLogs(context: TrialContext, draft: Draft, running: ServerRun): Promise<void> {
  draft.serverLog = await logTail(context.host, running);
  if (draft.serverLog === '') return;
  const name = `${String(draft.sequence).padStart(4, '0')}-${draft.cell}-${draft.attempt}.server.log`;
  await context.host.writeDurable(join(context.folder.logs, name), draft.serverLog);
  draft.logs.push(`logs/${name}`);
}
