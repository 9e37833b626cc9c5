import fs from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asNobody, fixture, host, isRoot, prepare, sleepers, uniqueSleep, until } from './fixtures/kit.ts';

/** The same stages as an ordinary user, by dropping root: what works is used, what does not is named. */
const collect = { collect: true } as const;
let kit: Awaited<ReturnType<typeof prepare>>;
let home = '';
beforeAll(async () => {
  kit = await prepare();
  home = await host.makeTemporaryFolder('stage-test-home-');
  if (isRoot) await fs.chown(home, 65534, 65534);
});
afterAll(async () => {
  await kit.remove();
  await host.remove(home);
});
const env = () => ({ HOME: home, TMPDIR: home });

/** Whether that user may open namespaces, and read this project, at all. */
const trial = isRoot
  ? await host.run([...asNobody, 'unshare', '--map-current-user', '--keep-caps', '-n', 'ip', 'link', 'set', 'lo', 'up'])
  : { code: 1, stderr: 'not root, so that no user can be changed to' };
const readable =
  isRoot &&
  (await host.run([...asNobody, process.execPath, '-e', `require('fs').readFileSync('${import.meta.filename}')`]))
    .code === 0;
const possible = trial.code === 0 && readable;
if (!possible)
  console.warn(`skipped: ${trial.code !== 0 ? trial.stderr.trim() : 'the project cannot be read by another user'}`);

describe.skipIf(!possible)('as an ordinary user', () => {
  it('opens a stage with settings, programs without capabilities, and a result for each', async () => {
    const argv = [...asNobody, ...fixture('facts.worker.ts', kit.worker)];
    const done = await host.run(argv, { env: env() });
    expect(done.stderr).toBe('');
    const facts = JSON.parse(done.stdout) as Record<string, unknown>;
    expect(facts).toMatchObject({
      uid: 65534,
      finding: { namespace: true, rootless: true, reason: expect.stringContaining('user namespace') },
      record: { kind: 'namespace', rootless: true },
      proofs: [
        { setting: 'sysctl.net.core.somaxconn', during: '77', held: true },
        { setting: 'sysctl.net.ipv4.tcp_fin_timeout', during: '11', held: true },
        { setting: 'sysctl.net.ipv4.tcp_mem', held: false },
      ],
      inside: { code: 7, stdout: '77\n65534\n' },
      capabilities: '0000000000000000',
      signal: 'SIGTERM',
      processes: 1,
      hostSomaxconn: (await host.readText('/proc/sys/net/core/somaxconn')).trim(),
      left: [],
    });
  });

  it.each([['namespace'], ['host']])('leaves nothing of a %s stage after SIGKILL', async (isolation) => {
    const sleep = uniqueSleep();
    const opener = await host.spawn({
      argv: [...asNobody, ...fixture('opener.worker.ts', isolation, sleep)],
      env: env(),
      stdout: collect,
      stderr: collect,
    });
    const said = new Promise<string>((resolve) => opener.onLine(resolve));
    await Promise.race([said, opener.exited.then((end) => Promise.reject(new Error(end.stderr)))]);
    expect(await sleepers(sleep)).toHaveLength(2);
    host.signal(opener.pid, 'SIGKILL');
    await opener.exited;
    await until('every process is gone', async () => (await sleepers(sleep)).length === 0);
  });
});
