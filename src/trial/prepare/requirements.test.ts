import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { localHost } from '../../host/local.ts';
import type { Requirement } from '../../model/plan.ts';
import { installCommand, missingRequirements, requirementsOf } from './requirements.ts';
import { findCommand, toolPath } from './search-path.ts';

const host = localHost();
const need = (part: Partial<Requirement>): Requirement => ({
  command: 'sh',
  apt: null,
  install: [],
  verify: null,
  ...part,
});

let cache = '';
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'loadcell-bin-'));
  await host.makeFolder(join(cache, 'bin'));
});
afterEach(() => rm(cache, { recursive: true, force: true }));

test('what is there is not missing; what is not says how to get it', async () => {
  const absent = need({ command: 'no-such-server', apt: 'no-such-package' });
  expect(await missingRequirements(host, [need({}), absent])).toEqual([
    { requirement: absent, reason: 'no-such-server is not installed', install: 'apt-get install -y no-such-package' },
  ]);
});

test('another program of the same name is missing, and says what was asked', async () => {
  // Debian's bombardier is a game.
  const game = need({ command: 'sh', verify: { argv: ['sh', '-c', 'echo a game'], pattern: '^bombardier version' } });
  const [missing] = await missingRequirements(host, [game]);
  expect(missing?.reason).toMatch(/\/sh is there, but `sh -c echo a game` does not answer as expected/);
  const right = need({
    verify: { argv: ['sh', '-c', 'echo hello; echo bombardier version 1 >&2'], pattern: '^bombardier version' },
  });
  expect(await missingRequirements(host, [right])).toEqual([]);
});

test('our own folder of programs counts', async () => {
  const tool = need({ command: 'loadcell-test-tool', verify: { argv: ['loadcell-test-tool'], pattern: 'it runs' } });
  expect(await missingRequirements(host, [tool], cache)).toHaveLength(1);
  const file = join(cache, 'bin', 'loadcell-test-tool');
  await writeFile(file, '#!/bin/sh\necho it runs\n');
  // Not yet executable: not yet a program.
  await chmod(file, 0o644);
  expect(await missingRequirements(host, [tool], cache)).toHaveLength(1);
  await chmod(file, 0o755);
  expect(await missingRequirements(host, [tool], cache)).toEqual([]);
  expect(await missingRequirements(host, [tool])).toHaveLength(1);
});

test("servers in /usr/sbin are found without the administrator's PATH", () => {
  expect(toolPath('/home/a/bin:/usr/bin', '/c').split(':')).toEqual([
    ...['/home/a/bin', '/usr/bin', '/c/bin', '/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/bin'],
  ]);
  // An empty or relative entry means the current folder: a recipe's folder must not bring its own `sh`.
  expect(toolPath(':.:bin', null)).not.toMatch(/(^|:)(\.|bin)?(:|$)/);
});

test('a folder on PATH that is a file, or is not there, has nothing', async () => {
  expect(await findCommand(host, `/etc/hostname:/no/such:${cache}:/bin`, 'sh')).toBe('/bin/sh');
  expect(await findCommand(host, cache, 'bin')).toBeNull();
});

test('Python packages imply venv, once', () => {
  const venv = requirementsOf({ requires: [], pip: ['aiohttp'] });
  expect(venv.map((one) => one.apt)).toEqual(['python3-venv']);
  expect(requirementsOf({ requires: venv, pip: ['aiohttp'] })).toEqual(venv);
  expect(requirementsOf({ requires: [], pip: [] })).toEqual([]);
});

test('the command to show can be pasted', () => {
  expect(
    installCommand(
      need({
        install: [
          ['cargo', 'install', 'oha', '--root', '{{bin}}/..'],
          ['echo', "it's done"],
        ],
      }),
    ),
  ).toBe("cargo install oha --root ~/.cache/loadcell/bin/.. && echo 'it'\\''s done'");
  expect(installCommand(need({}))).toBeNull();
});
