/** One step of a calibration: what it is called, about how long it takes, and what it does. */
export interface Job {
  label: string;
  plannedMs: number;
  run(): Promise<void>;
}

export interface JobProgress {
  label: string;
  done: number;
  total: number;
  /** By the plan, stretched as what is done took longer or shorter than planned. */
  leftMs: number;
}

/** Runs jobs in order. Rejects with the signal's reason when it is aborted. */
export async function runJobs(
  jobs: readonly Job[],
  signal: AbortSignal,
  nowMs: () => number,
  onProgress: (progress: JobProgress) => void,
): Promise<void> {
  const startedMs = nowMs();
  const plannedMs = jobs.reduce((sum, job) => sum + job.plannedMs, 0);
  let doneMs = 0;
  for (const [done, job] of jobs.entries()) {
    signal.throwIfAborted();
    const stretch = doneMs === 0 ? 1 : (nowMs() - startedMs) / doneMs;
    onProgress({ label: job.label, done, total: jobs.length, leftMs: (plannedMs - doneMs) * stretch });
    await job.run();
    doneMs += job.plannedMs;
  }
  signal.throwIfAborted();
}
