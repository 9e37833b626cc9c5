import type { Host } from '../model/host.ts';

/** How often the parent's life is looked at, ms. */
const PARENT_POLL_MS = 500;

/**
 * One abort signal for every way a run is told to stop: Ctrl-C, TERM, a closed terminal (HUP), and the death of tsx
 * above us, which leaves this process running without anybody to tell it. The handlers do nothing but abort: the run
 * then closes what it opened, in order. A second Ctrl-C changes nothing; the guardian is there for kill -9.
 */
export async function interruptible(host: Host): Promise<{ signal: AbortSignal; reason(): string } & Disposable> {
  const controller = new AbortController();
  let reason = '';
  const stop = (why: string): void => {
    reason ||= why;
    controller.abort();
  };
  const handlers = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((name) => [name, () => stop(name)] as const);
  for (const [name, handler] of handlers) process.on(name, handler);
  const timer = await watchParent(host, () => stop('the parent process died'));
  return {
    signal: controller.signal,
    reason: () => reason,
    [Symbol.dispose]: () => {
      clearInterval(timer);
      for (const [name, handler] of handlers) process.off(name, handler);
    },
  };
}

/** Only where the parent is tsx: a shell that ends (nohup, disown) is no reason to stop. */
async function watchParent(host: Host, died: () => void): Promise<NodeJS.Timeout | undefined> {
  const parent = process.ppid;
  const command = await host.readText(`/proc/${parent}/cmdline`).catch(() => '');
  if (!/\btsx\b/.test(command)) return undefined;
  const timer = setInterval(() => {
    if (process.ppid !== parent) died();
  }, PARENT_POLL_MS);
  timer.unref();
  return timer;
}
