import type { Stage, StageProcess } from '../model/stage.ts';
import type { TrialContext } from './context.ts';
import type { ProbeAnswer, ProbeRequest } from './probe-protocol.ts';

/** The runner's eyes inside the stage: readiness, replies and sysctls as a process in there sees them. */
export interface Probe extends AsyncDisposable {
  readonly pid: number;
  ask<Op extends ProbeRequest['op']>(request: ProbeRequest & { op: Op }): Promise<ProbeAnswer & { op: Op }>;
}

/**
 * Starts the probe (`probe.worker.ts`, compiled to `workers.probe`) inside the stage. Questions are answered one after the other;
 * those that wait when `signal` is aborted, and later ones, reject.
 */
export async function startProbe(
  stage: Stage,
  { node, workers, probeCpus, signal }: Pick<TrialContext, 'node' | 'workers' | 'probeCpus' | 'signal'>,
): Promise<Probe> {
  const pin = probeCpus === null ? [] : ['taskset', '-c', probeCpus.join(',')];
  const program = await stage.spawn({
    argv: [...pin, node, workers.probe as string],
    stdin: { pipe: true },
    stdout: { collect: true, limitBytes: 64 * 1_048_576 },
    stderr: { collect: true, limitBytes: 65_536 },
  });
  const waiting: { resolve: (answer: ProbeAnswer) => void; reject: (error: Error) => void }[] = [];
  program.onLine((line) => waiting.shift()?.resolve(JSON.parse(line) as ProbeAnswer));
  const rejectAll = (error: Error): void => {
    for (const one of waiting.splice(0)) one.reject(error);
  };
  void program.exited.then((end) =>
    rejectAll(new Error(`the probe inside the stage ended (code ${end.code}, ${end.signal}): ${end.stderr.trim()}`)),
  );
  const onAbort = (): void => rejectAll(new Error(INTERRUPTED));
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    pid: program.pid,
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(new Error(INTERRUPTED));
        waiting.push({ resolve: resolve as (answer: ProbeAnswer) => void, reject });
        program.write(`${JSON.stringify(request)}\n`);
      }),
    [Symbol.asyncDispose]: () => {
      signal.removeEventListener('abort', onAbort);
      return endProbe(program);
    },
  };
}

const INTERRUPTED = 'interrupted';

async function endProbe(program: StageProcess): Promise<void> {
  program.endStdin();
  await program.exited;
}
