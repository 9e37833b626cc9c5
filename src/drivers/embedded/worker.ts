import type { WorkerOrder, WorkerReport } from './protocol.ts';

/**
 * The frame of an embedded worker's program: the order is the first line of its input, on which it gets ready; it begins
 * when the input ends, and prints its report.
 */
export async function runWorker(
  input: AsyncIterable<Buffer | string>,
  print: (text: string) => void,
  prepare: (order: WorkerOrder) => Promise<() => Promise<WorkerReport>>,
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
  while (piece.done !== true) piece = await pieces.next();
  print(`${JSON.stringify(await measure())}\n`);
}
