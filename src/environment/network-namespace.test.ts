import { join } from 'node:path';
import { expect, it } from 'vitest';
import { localHost } from '../host/local.ts';
import type { Host } from '../model/host.ts';
import { networkOf, whatKeeps } from './network-namespace.ts';

const host = localHost();
const isRoot = host.user.uid === 0;
const note = isRoot ? '' : ' (skipped: needs root, to mount)';

it.skipIf(!isRoot)(`a namespace that is only mounted, and only for another process, is there${note}`, async () => {
  const folder = await host.makeTemporaryFolder('loadcell-netns-');
  const file = join(folder, 'net');
  // Nobody is in it once readlink has ended.
  const script = 'touch "$0"; unshare --net="$0" readlink /proc/self/ns/net; exec cat';
  const holder = await host.spawn({
    argv: ['unshare', '--mount', 'sh', '-c', script, file],
    stdin: { pipe: true },
    stdout: { collect: true },
  });
  try {
    const network = await new Promise<string>((resolve) => holder.onLine(resolve));
    expect(network).toMatch(/^net:\[\d+\]$/);
    await expect.poll(() => whatKeeps(host, network)).toMatchObject({ by: 'mount', path: file });
    holder.endStdin();
    await holder.exited;
    // There are machines on which even root may not look at process 1.
    const seeing: Host = { ...host, list: async () => [host.pid, holder.pid].map(String) };
    expect(await whatKeeps(seeing, network)).toBeNull();
  } finally {
    holder.endStdin();
    await host.remove(folder);
  }
});

it('a namespace with a process in it is there', async () => {
  expect(await whatKeeps(host, await networkOf(host))).toMatchObject({ by: 'process' });
});
