/**
 * Waits for what an experiment file does, and turns what it does beside that into an error of its own: a `process.exit`
 * that would end the command as if all were well, and errors that nobody waits for (a promise left alone, a timer), for
 * which Node would end the process with a stack trace.
 */
export async function watched<T>(start: () => Promise<T> | T): Promise<T> {
  const { exit } = process;
  let stray = (_: unknown): void => undefined;
  const strayed = new Promise<never>((_, reject) => {
    stray = reject;
  });
  strayed.catch(() => undefined);
  process.exit = ((code?: number | string | null): never => {
    const error = new Error(`it calls process.exit(${code ?? ''}): an experiment is a definition and ends nothing`);
    stray(error);
    throw error;
  }) as typeof process.exit;
  process.on('uncaughtException', stray);
  process.on('unhandledRejection', stray);
  try {
    const given = await Promise.race([(async () => start())(), strayed]);
    // Rejections that nobody handles are told a turn later.
    await Promise.race([new Promise((resolve) => setImmediate(resolve)), strayed]);
    return given;
  } finally {
    process.exit = exit;
    process.off('uncaughtException', stray);
    process.off('unhandledRejection', stray);
  }
}
