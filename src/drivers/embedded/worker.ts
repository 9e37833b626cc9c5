import type { WorkerOrder, WorkerReport } from './protocol.ts';

/** The frame of an embedded worker's program: the order from its input, the report to its output. */
export async function runWorker(
  input: AsyncIterable<Buffer | string>,
  print: (text: string) => void,
  measure: (order: WorkerOrder) => Promise<WorkerReport>,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of input) chunks.push(Buffer.from(chunk));
  const order = JSON.parse(Buffer.concat(chunks).toString('utf8')) as WorkerOrder;
  print(`${JSON.stringify(await measure(order))}\n`);
}
