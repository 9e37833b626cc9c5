import { type Host, HostError } from '../../model/host.ts';

/** Children of a process, those of all its threads. Empty when it is gone. */
export async function childrenOf(host: Host, pid: number): Promise<number[]> {
  const children: number[] = [];
  for (const thread of await quiet(host.list(`/proc/${pid}/task`), [])) {
    const text = await quiet(host.readText(`/proc/${pid}/task/${thread}/children`), '');
    children.push(...text.split(' ').filter(Boolean).map(Number));
  }
  return children;
}

/** The processes and all their descendants, parents before children. */
export async function treeOf(host: Host, roots: readonly number[]): Promise<number[]> {
  const seen = new Set<number>();
  const queue = [...roots];
  for (let pid = queue.shift(); pid !== undefined; pid = queue.shift()) {
    if (seen.has(pid)) continue;
    seen.add(pid);
    queue.push(...(await childrenOf(host, pid)));
  }
  return [...seen];
}

/** A process that ends while it is looked at is no error. */
async function quiet<T>(promise: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof HostError && ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(error.code)) return otherwise;
    throw error;
  }
}
