import { READY_LINE, type WorkerOrder, type WorkerReport } from './protocol.ts';

/** Gets ready for the order; what it resolves with measures. */
type Prepare = (order: WorkerOrder) => Promise<() => Promise<WorkerReport>>;

/**
 * The frame of an embedded worker's program: the order is the first line of its input, on which it gets ready and says so;
 * it begins when the input ends, and prints its report.
 */
export async function runWorker(
  input: AsyncIterable<Buffer | string>,
  print: (text: string) => Promise<void>,
  prepare: Prepare,
): Promise<void> {
  const chunks: Buffer[] = [];
  const pieces = input[Symbol.asyncIterator]();
  let piece = await pieces.next();
  for (; piece.done !== true; piece = await pieces.next()) {
    const chunk = Buffer.from(piece.value);
    chunks.push(chunk);
    if (chunk.includes('\n')) break;
  }
  const measure = await prepare(JSON.parse(Buffer.concat(chunks).toString('utf8')) as WorkerOrder);
  await print(`${READY_LINE}\n`);
  while (piece.done !== true) piece = await pieces.next();
  await print(`${JSON.stringify(await measure())}\n`);
}

/** The same over the process's own input and output; ends the process. */
export async function workAsProcess(prepare: Prepare): Promise<never> {
  const print = (text: string): Promise<void> => new Promise((resolve) => process.stdout.write(text, () => resolve()));
  await runWorker(process.stdin, print, prepare);
  process.exit(0);
}
