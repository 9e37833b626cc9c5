import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { localHost } from '../../src/host/local.ts';
import { missingRequirements, requirementsOf } from '../../src/trial/prepare/requirements.ts';
import { fingerprint } from '../support/fingerprint.ts';
import { type Bench, bench, ended, experiment, nodeServer } from '../support/loadcell.ts';

const isRoot = process.getuid?.() === 0;
const note = isRoot ? '' : ' (skipped: needs root, to mount)';
const SHORT = "load: { path: '/', connections: 4, driver: 'loadcell', duration: '200ms', warmup: false }";
const ANSWERS = nodeServer("(_, reply) => reply.end('hello')");

interface Machine {
  /** Shell: what apt-get does. */
  aptGet: string;
  /** Shell, run before the command. */
  prepare?: string;
  /** Shell, run after it; "$@" is the command's program and script. */
  after?: string;
}

/**
 * Runs a command on a machine of its own, as far as --install can change one: /usr/sbin is a layer over the real one, with
 * a policy of its own, and apt-get is a script. What is mounted there ends with the command; its pid is in `runner`, and
 * the policy's files at the end are in `after`.
 */
async function ownMachine(made: Bench, { aptGet, prepare = '', after = '' }: Machine): Promise<readonly string[]> {
  const apt = join(made.folder, 'apt-get');
  await writeFile(apt, `#!/bin/sh\ncd ${made.folder}; echo "$@" >> apt.log\n${aptGet}\n`);
  await chmod(apt, 0o755);
  const script = `cd ${made.folder}; mkdir -p layers after /var/lib/loadcell
    { mount -t tmpfs none layers && mkdir layers/upper layers/work &&
    mount -t overlay none -o lowerdir=/usr/sbin,upperdir=layers/upper,workdir=layers/work /usr/sbin &&
    mount -t tmpfs -o mode=700 none /var/lib/loadcell &&
    mount --bind apt-get /usr/bin/apt-get; } || exit
    printf '#!/bin/sh\\necho asked >> ${made.folder}/policy.log\\nexit 104\\n' > /usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
    ${prepare}
    "$@" & echo $! > runner
    wait $!; code=$?
    ${after}
    cp /usr/sbin/policy-rc.d* after/; ls /var/lib/loadcell > state
    exit $code`;
  return ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh'];
}

const text = (made: Bench, name: string): Promise<string> => readFile(join(made.folder, name), 'utf8').catch(() => '');

/** As it was: the machine's own policy, nothing beside it, nothing of ours to be put back. */
async function expectPutBack(made: Bench): Promise<void> {
  expect(await readdir(join(made.folder, 'after'))).toEqual(['policy-rc.d']);
  expect(await text(made, 'after/policy-rc.d')).toContain('exit 104');
  expect(await text(made, 'state')).not.toContain('installing');
}

const signed = (made: Bench, name: string): Promise<void> =>
  expect.poll(() => text(made, name), { timeout: 30_000 }).not.toBe('') as Promise<void>;

const runner = async (made: Bench): Promise<number> => Number(await text(made, 'runner'));

const [python] = await missingRequirements(localHost(), requirementsOf({ requires: [], pip: ['x'] }));
test.skipIf(python !== undefined)(
  `nothing is downloaded without --install${python === undefined ? '' : ` (skipped: ${python.reason}; ${python.install})`}`,
  async () => {
    await using made = await bench(
      experiment(`${ANSWERS.replace(/,?\s*}$/, '')}, pip: ['loadcell-has-no-such-package'] }`, SHORT),
    );
    const env = { XDG_CACHE_HOME: join(made.folder, 'cache') };
    const said = await made.run([made.file, '--wait'], { env });
    expect(said.code, said.stderr).toBe(4);
    expect(said.stderr).toContain('not run: the Python environment of server is not there; --install makes it');
  },
);

describe.skipIf(!isRoot)(`on a machine that lacks something${note}`, () => {
  test('--install gets ip before it looks where trials can run; without it, its package is named', async () => {
    await using made = await bench(experiment(ANSWERS, SHORT));
    const before = await ownMachine(made, {
      aptGet: 'case "$*" in *" iproute2") umount /usr/bin/ip ;; esac',
      prepare: 'rm -f /usr/sbin/ip; for one in ip perl; do mount --bind /dev/null /usr/bin/$one; done',
    });
    const options = ['--isolation', 'namespace', '--wait'];
    const refused = await made.run([made.file, ...options], { before });
    expect(refused.code, refused.stderr).toBe(3);
    expect(refused.stderr).toContain('the ip command is missing: apt-get install -y iproute2');
    const said = await made.run([made.file, ...options, '--install'], { before });
    expect(said.stderr).toContain('Installing ip ...');
    expect(said.code, said.stderr).toBe(0);
    expect(await text(made, 'apt.log')).toMatch(/install .* iproute2\n$/);
  });

  /** apt-get says that it is at work, and goes on when it is told; it ends with the test's folder. It asks the policy as a package's script does. */
  const SLOW =
    'echo 1 > sign; until [ -e go ]; do [ -e sign ] || exit 1; sleep 0.05; done; echo working; /usr/sbin/policy-rc.d nginx start; echo $? > asked';
  const NEEDS = nodeServer(
    "(_, reply) => reply.end('hello')",
    "requires: [{ command: 'loadcell-has-no-such-command', apt: 'no-such' }],",
  );

  test.each([
    ['a run', () => experiment(NEEDS, SHORT), (made: Bench) => [made.file, '--install', '--wait'], ''],
    ['doctor', () => '', () => ['doctor', '--install'], 'mount --bind /dev/null /usr/bin/wrk'],
  ])(
    '%s that is interrupted lets apt-get come to its end and puts the policy back',
    async (_name, file, args, prepare) => {
      await using made = await bench(file());
      const child = made.start(args(made), { before: await ownMachine(made, { aptGet: SLOW, prepare }) });
      let stderr = '';
      child.stderr?.on('data', (chunk) => {
        stderr += chunk;
      });
      const end = ended(child);
      await signed(made, 'sign');
      process.kill(await runner(made), 'SIGTERM');
      await expect.poll(() => stderr).toContain('apt-get is let come to its end');
      await writeFile(join(made.folder, 'go'), '');
      const said = await end;
      expect(said.code, said.stderr).toBe(130);
      expect(said.stderr).not.toMatch(/^\s+at |defect of loadcell/m);
      expect(await text(made, 'asked')).toBe('101\n');
      // No second one: what was interrupted goes no further.
      expect((await text(made, 'apt.log')).trim().split('\n')).toHaveLength(1);
      await expectPutBack(made);
      expect(await readdir(made.temporary)).toEqual([expect.stringMatching(/^tsx-/)]);
    },
  );

  test('after a SIGKILL, restore waits for apt-get to have ended, and then puts the policy back', async () => {
    await using made = await bench(experiment(NEEDS, SHORT));
    const after = `"$1" "$2" restore 2> early; echo $? >> early
      touch go; until [ -s asked ]; do sleep 0.05; done
      until "$1" "$2" restore 2> late; do sleep 0.05; done`;
    const before = await ownMachine(made, { aptGet: SLOW, after });
    const end = ended(made.start([made.file, '--install', '--wait'], { before }));
    await signed(made, 'sign');
    process.kill(await runner(made), 'SIGKILL');
    await end;
    expect(await text(made, 'early')).toMatch(/an installation of packages .* has not ended.*\n3\n$/s);
    // The packages of the installation that lives on start nothing; nobody asks the policy that was there before.
    expect(await text(made, 'asked')).toBe('101\n');
    expect(await text(made, 'late')).toMatch(/Put back \/usr\/sbin\/policy-rc\.d: /);
    await expectPutBack(made);
    expect(await readdir(made.temporary)).toEqual([expect.stringMatching(/^tsx-/)]);
  });

  test.each(['SIGTERM', 'SIGKILL'] as const)("a requirement's own steps end with the run: %s", async (signal) => {
    const step = `['sh', '-c', 'setsid -f sleep 300; echo 1 > "$TMPDIR/../sign"; sleep 300']`;
    const own = `requires: [{ command: 'loadcell-has-no-such-command', install: [${step}] }],`;
    await using made = await bench(experiment(nodeServer('() => {}', own), SHORT));
    const before = await fingerprint(made);
    const env = { XDG_CACHE_HOME: join(made.folder, 'cache') };
    const child = made.start([made.file, '--install', '--wait', '--isolation', 'namespace'], { env });
    const end = ended(child);
    await signed(made, 'sign');
    expect((await fingerprint(made)).processes.filter((line) => line === 'sleep 300')).toHaveLength(2);
    child.kill(signal);
    const said = await end;
    if (signal === 'SIGTERM') expect(said.code, said.stderr).toBe(130);
    if (signal === 'SIGKILL') expect((await made.run(['restore'])).code).toBe(0);
    await expect.poll(() => fingerprint(made), { timeout: 20_000 }).toEqual(before);
  });
});
