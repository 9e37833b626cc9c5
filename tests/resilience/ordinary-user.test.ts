import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Bench, bench, codesOf, ended, experiment, type Said } from '../support/loadcell.ts';
import { COMMAND, isRoot, LONG, leftovers, SERVER, shell, stored } from './kept.ts';

/** As root, privileges are dropped to a user that owns nothing here but the bench; else it is who runs the tests. */
const UID = isRoot ? 65_534 : (process.getuid?.() ?? 0);
const AS_USER = isRoot ? ['setpriv', `--reuid=${UID}`, `--regid=${UID}`, '--clear-groups'] : [];

const LOAD = "load: { path: '/', duration: '200ms', connections: 2, warmup: false, driver: 'loadcell' },";
const withControls = (controls: string): string => experiment(SERVER, `${LOAD} controls: { ${controls} },`);

/** Whether this kernel lets an ordinary user have namespaces. */
const hasNamespaces = ((): boolean => {
  try {
    const [program, ...args] = [...AS_USER, 'unshare', '--user', '--map-root-user', '--net', '--pid', '--fork', 'true'];
    execFileSync(program as string, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
const note = hasNamespaces ? '' : ' (skipped: user namespaces are not allowed here)';

/** A bench that is the user's own, with a home that is empty. */
async function userBench(text: string): Promise<Bench & { home: string }> {
  const made = await bench(text);
  const home = join(made.folder, 'home');
  await mkdir(home);
  // What tsx compiles is its own and stays: it is there before anything is looked at.
  const compiled = join(made.temporary, `tsx-${UID}`);
  if (isRoot) {
    await mkdir(compiled);
    for (const path of [compiled, made.temporary, made.folder, home, made.file]) await chown(path, UID, UID);
    await chmod(made.folder, 0o755);
  }
  return Object.assign(made, { home });
}

/** Runs it as the user, by a shell, and holds it to leave nothing but its own folders. */
async function runAs(made: Bench & { home: string }, args: string, limits = ''): Promise<Said> {
  const before = await leftovers(made);
  const env = { HOME: made.home, XDG_CACHE_HOME: '', XDG_STATE_HOME: '', XDG_CONFIG_HOME: '' };
  const said = await ended(shell(made, `${limits} exec ${COMMAND} bench.ts --wait ${args}`, AS_USER, env));
  expect(await leftovers(made)).toEqual(before);
  expect(said.stderr).not.toMatch(/^\s+at |defect of loadcell/m);
  return said;
}

/** Files below the home, but for folders: what the user keeps of it. */
async function filesIn(folder: string): Promise<string[]> {
  const all = await readdir(folder, { recursive: true, withFileTypes: true });
  return all.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
}

describe('an ordinary user', { timeout: LONG }, () => {
  test.skipIf(!hasNamespaces)(
    `measures in namespaces, where the network’s settings are set and proven${note}`,
    async () => {
      const somaxconn = (await readFile('/proc/sys/net/core/somaxconn', 'utf8')).trim();
      await using made = await userBench(
        withControls("sysctl: { 'net.core.somaxconn': 2345, 'net.ipv4.tcp_fin_timeout': 17 }"),
      );
      const said = await runAs(made, '');
      expect(said.code, said.stderr).toBe(0);
      expect((await stored(made)).run.isolation).toMatchObject({ kind: 'namespace', rootless: true });
      expect((await made.results()).run.isolation).toBe('namespace');
      for (const record of await made.records()) {
        expect(record.stage).toMatchObject({ kind: 'namespace', rootless: true });
        for (const [key, value] of [
          ['net.core.somaxconn', '2345'],
          ['net.ipv4.tcp_fin_timeout', '17'],
        ]) {
          const proof = record.proofs.find(({ setting }) => setting === `sysctl.${key}`);
          expect(proof).toMatchObject({ asked: value, during: value, held: true });
        }
      }
      expect((await readFile('/proc/sys/net/core/somaxconn', 'utf8')).trim()).toBe(somaxconn);
      // No ledger, no lock, no workers: at most empty folders.
      expect(await filesIn(made.home)).toEqual([]);
    },
  );

  describe('what the user cannot set is refused by name', () => {
    const HARD = 4_096;
    const cases = [
      {
        name: 'a setting of the whole machine',
        controls: "sysctl: { 'vm.swappiness': 61 }",
        where: 'sysctl.vm.swappiness',
        remedy: /run as root/,
        limits: '',
      },
      {
        name: 'more open files than the hard limit',
        controls: `ulimit: { server: { nofile: ${HARD * 2} } }`,
        where: 'server.ulimit.nofile',
        remedy: /ask for 4,096 or less/,
        limits: `ulimit -n ${HARD};`,
      },
    ];
    test.each(cases)('$name, and with --relax it is a caveat', async ({ controls, where, remedy, limits }) => {
      await using made = await userBench(withControls(controls));
      const refused = await runAs(made, '', limits);
      expect(refused.code, refused.stderr).toBe(3);
      expect(refused.stderr).toContain(`${where}:`);
      expect(refused.stderr).toMatch(remedy);
      expect(refused.stderr).toContain('Nothing was changed');
      expect(await readdir(made.folder)).not.toContain('out');

      const relaxed = await runAs(made, '--relax', limits);
      expect(relaxed.code, relaxed.stderr).toBe(0);
      expect((await stored(made)).run.relaxed.map((problem) => problem.where)).toEqual([where]);
      expect(codesOf((await made.results()).cells[0])).toContain('settings-relaxed');
      expect(await made.report()).toContain(`\`${where}\``);
    });
  });

  test('measures on the host where that is asked for, and the report says so', async () => {
    await using made = await userBench(experiment(SERVER, LOAD));
    const said = await runAs(made, '--isolation host');
    expect(said.code, said.stderr).toBe(0);
    expect((await made.results()).run.isolation).toBe('host');
    expect(codesOf((await made.results()).cells[0])).toContain('host-isolation');
    expect(await made.report()).toContain('on the host itself, one at a time');
    expect(await filesIn(made.home)).toEqual([]);
  });

  test('on the host, a setting of its network is the whole machine’s and refused by name', async () => {
    await using made = await userBench(withControls("sysctl: { 'net.core.somaxconn': 2345 }"));
    const said = await runAs(made, '--isolation host');
    expect(said.code, said.stderr).toBe(3);
    expect(said.stderr).toMatch(/sysctl\.net\.core\.somaxconn:[\s\S]*run as root/);
  });

  test.skipIf(!hasNamespaces)(`where namespaces are forbidden: on the host, with the reason${note}`, async () => {
    await using made = await userBench(experiment(SERVER, LOAD));
    // A namespace in which no other can be made; the user's number and lack of privileges are as outside.
    const forbid = `unshare --user --map-current-user --keep-caps sh -c 'echo 0 > /proc/sys/user/max_user_namespaces
      exec setpriv --ambient-caps=-all --inh-caps=-all ${COMMAND.replaceAll('"', '')} bench.ts --wait "$@"' sh`;
    const before = await leftovers(made);
    const run = (args: string): Promise<Said> =>
      ended(
        shell(made, `exec ${forbid} ${args}`, AS_USER, { HOME: made.home, XDG_CACHE_HOME: '', XDG_STATE_HOME: '' }),
      );
    const said = await run('');
    expect(said.code, said.stderr).toBe(0);
    const { isolation } = (await stored(made)).run;
    expect(isolation).toMatchObject({ kind: 'host', rootless: false });
    expect(isolation.reason).not.toBe('');
    const report = await made.report();
    expect(report).toContain('on the host itself, one at a time');
    expect(report).toContain('host-isolation');
    expect(await leftovers(made)).toEqual(before);

    await rm(join(made.folder, 'out'), { recursive: true });
    const refused = await run('--isolation namespace');
    expect(refused.code, refused.stderr).toBe(3);
    expect(refused.stderr).toMatch(/isolation: private namespaces cannot be had here[\s\S]*--isolation host/);
    expect(await leftovers(made)).toEqual(before);
  });
});
