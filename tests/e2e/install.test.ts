import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { localHost } from '../../src/host/local.ts';
import { missingRequirements, requirementsOf } from '../../src/trial/prepare/requirements.ts';
import { type Bench, bench, experiment, nodeServer } from '../support/loadcell.ts';

const isRoot = process.getuid?.() === 0;
const note = isRoot ? '' : ' (skipped: needs root, to mount)';
const SHORT = "load: { path: '/', connections: 4, driver: 'loadcell', duration: '200ms', warmup: false }";
const ANSWERS = nodeServer("(_, reply) => reply.end('hello')");

/**
 * Runs a command on a machine of its own, as far as --install can change one: /usr/sbin is a layer over the real one, and
 * apt-get is a script. What is mounted there ends with the command. `prepare` is shell, run first.
 */
async function ownMachine(made: Bench, aptGet: string, prepare = ''): Promise<readonly string[]> {
  const apt = join(made.folder, 'apt-get');
  await writeFile(apt, `#!/bin/sh\necho "$@" >> ${made.folder}/apt.log\n${aptGet}\n`);
  await chmod(apt, 0o755);
  const layers = join(made.folder, 'layers');
  const script = `set -e
    mkdir -p ${layers} && mount -t tmpfs none ${layers} && mkdir ${layers}/upper ${layers}/work
    mount -t overlay none -o lowerdir=/usr/sbin,upperdir=${layers}/upper,workdir=${layers}/work /usr/sbin
    mount --bind ${apt} /usr/bin/apt-get
    ${prepare}
    exec "$@"`;
  return ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh'];
}

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

const aptLog = (made: Bench): Promise<string> => readFile(join(made.folder, 'apt.log'), 'utf8').catch(() => '');

describe.skipIf(!isRoot)(`on a machine that lacks something${note}`, () => {
  test('--install gets ip before it looks where trials can run; without it, its package is named', async () => {
    await using made = await bench(experiment(ANSWERS, SHORT));
    const hide = 'rm -f /usr/sbin/ip; for one in ip perl; do mount --bind /dev/null /usr/bin/$one; done';
    const before = await ownMachine(made, 'case "$*" in *" iproute2") umount /usr/bin/ip ;; esac', hide);
    const options = ['--isolation', 'namespace', '--wait'];
    const refused = await made.run([made.file, ...options], { before });
    expect(refused.code, refused.stderr).toBe(3);
    expect(refused.stderr).toContain('the ip command is missing: apt-get install -y iproute2');
    const said = await made.run([made.file, ...options, '--install'], { before });
    expect(said.stderr).toContain('Installing ip ...');
    expect(said.code, said.stderr).toBe(0);
    expect(await aptLog(made)).toMatch(/install .* iproute2\n$/);
  });
});
