/**
 * Writes sysctls of the network namespace that it runs in, and reads them back. It runs once, inside a stage's init.
 * Arguments: side, `SysctlJob` as JSON. Prints one line: `<side> sysctls <SysctlReport as JSON>`.
 */
import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { normalise, type SysctlDone, type SysctlJob, type SysctlReport, type SysctlWrite } from './sysctl-protocol.ts';

const [side = '', text = ''] = process.argv.slice(2);
const job = JSON.parse(text) as SysctlJob;
const differing: SysctlWrite[] = [];
for (const item of job.copy) {
  const found = await read(item.path);
  if (found !== null && normalise(found) !== normalise(item.value)) differing.push(item);
}
const report: SysctlReport = { copy: await writeAll(differing), set: await writeAll(job.set) };
process.stdout.write(`${side} sysctls ${JSON.stringify(report)}\n`);

/** What was refused is tried once more after the others: some keys bound each other (`ip_local_port_range`). */
async function writeAll(items: SysctlWrite[]): Promise<SysctlDone[]> {
  const done = new Map<string, SysctlDone>();
  for (const item of items) done.set(item.path, await write(item));
  for (const item of items) {
    const first = done.get(item.path);
    if (first?.code === 'EINVAL') done.set(item.path, { ...(await write(item)), before: first.before });
  }
  const results = [...done.values()];
  // Read at the end, when nothing can move them any more.
  for (const result of results) if (isOurs(result.path)) result.after = await read(result.path);
  return results;
}

async function write(item: SysctlWrite): Promise<SysctlDone> {
  const done: SysctlDone = { path: item.path, asked: item.value, before: null, after: null, code: null };
  if (!isOurs(item.path)) return { ...done, code: 'EPERM' };
  done.before = await read(item.path);
  try {
    const file = await open(item.path, constants.O_WRONLY);
    try {
      await file.write(item.value);
    } finally {
      await file.close();
    }
  } catch (error) {
    done.code = (error as NodeJS.ErrnoException).code ?? 'EUNKNOWN';
  }
  return done;
}

async function read(path: string): Promise<string | null> {
  if (!isOurs(path)) return null;
  return readFile(path, 'utf8').then(
    (found) => found.trim(),
    () => null,
  );
}

/** Only net keys belong to a namespace: what else root writes under /proc/sys here is the host's. */
function isOurs(path: string): boolean {
  return path === posix.normalize(path) && path.startsWith('/proc/sys/net/');
}
