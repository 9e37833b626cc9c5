import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { localHost } from '../../host/local.ts';
import { type Finished, type Host, HostError, type Running, type SpawnSpec } from '../../model/host.ts';
import type { Requirement } from '../../model/plan.ts';
import { installRequirements } from './install.ts';
import type { Missing } from './requirements.ts';

const missing = (requirement: Partial<Requirement> & { command: string }): Missing => ({
  requirement: { apt: null, install: [], verify: null, ...requirement },
  reason: '',
  install: null,
});

/** A machine that records what would change it: no command runs, files and links of /etc and /usr are in memory. */
function paperHost(options: {
  uid: number;
  sudo?: boolean;
  files?: Record<string, string>;
  apt?: number[];
  /** Packages that apt-get knows nothing of. */
  unknown?: string[];
  enables?: string;
  /** Called while apt-get is at work. */
  during?: (files: ReadonlyMap<string, string>) => void;
}) {
  const done: string[] = [];
  const files = new Map(Object.entries(options.files ?? {}));
  const wants = new Set(['ssh.service']);
  let installed = false;
  const answers = [...(options.apt ?? [0])];
  const end = (code: number, stderr = ''): Finished => ({ code, signal: null, stdout: '', stderr, timedOut: false });
  const change = (argv: readonly string[]): Finished => {
    const words = argv[0] === 'sudo' ? argv.slice(2) : argv;
    const [command, , from, to] = words;
    if (command === 'printenv') return { ...end(0), stdout: '/usr/bin\n' };
    if (argv[0] === 'sudo' && words[0] === 'true') return end(options.sudo ? 0 : 1);
    done.push(argv.join(' '));
    if (command === 'mv') {
      files.set(to as string, files.get(from as string) as string);
      files.delete(from as string);
    }
    if (command === 'install') files.set(words[4] as string, files.get(words[3] as string) as string);
    if (command === 'rm') {
      files.delete(from as string);
      wants.delete((from as string).split('/').at(-1) as string);
    }
    return end(0);
  };
  const host = {
    ...localHost(),
    user: { uid: options.uid, name: 'someone' },
    run: async (argv: readonly string[]) => change(argv),
    spawn: async ({ argv, stdout }: SpawnSpec): Promise<Running> => {
      done.push(argv.join(' '));
      options.during?.(files);
      const unknown = argv.some((word) => options.unknown?.includes(word));
      const code = unknown ? 100 : argv.includes('install') ? (answers.shift() ?? 0) : 0;
      if (argv.includes('install') && code === 0) installed = true;
      if (installed && options.enables !== undefined) wants.add(options.enables);
      const { file } = stdout as { file: string };
      if (code !== 0) files.set(file, 'E: Unable to locate package nginx-light');
      const exited = Promise.resolve(end(code));
      return { pid: 99_999, exited, onLine: () => undefined } as unknown as Running;
    },
    stat: async (path: string) => {
      const there = path === '/usr/bin/apt-get' || (installed && ['/usr/sbin/nginx', '/usr/bin/wrk'].includes(path));
      if (path === '/state') return { uid: options.uid, mode: 0o700, kind: 'folder' as const, size: 1 };
      if (!there) throw new HostError('not there', 'ENOENT');
      return { uid: 0, mode: 0o755, kind: 'file' as const, size: 1 };
    },
    exists: async (path: string) => files.has(path),
    readText: async (path: string) => {
      if (path.startsWith('/proc/')) return '99 (node) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 4711 0';
      const text = files.get(path);
      if (text === undefined) throw new Error('ENOENT');
      return text;
    },
    makeFolder: async () => undefined,
    writeDurable: async (path: string, text: string) => void files.set(path, text),
    writeText: async (path: string, text: string) => void files.set(path, text),
    makeTemporaryFolder: async () => '/tmp/paper',
    remove: async (path: string) => {
      for (const file of [...files.keys()]) if (file === path || file.startsWith(`${path}/`)) files.delete(file);
    },
    list: async () => [...wants],
  } satisfies Host;
  return { host, done, files, wants };
}

const NGINX = missing({ command: 'nginx', apt: 'nginx-light' });
const WRK = missing({ command: 'wrk', apt: 'wrk' });
const QUIET = {
  ...{ cache: '/cache', state: '/state', leash: [], say: () => undefined },
  signal: new AbortController().signal,
};
const INSTALL = `env DEBIAN_FRONTEND=noninteractive LOADCELL_INSTALLING=${process.pid}-4711 apt-get -q -o DPkg::Lock::Timeout=300 install -y --no-install-recommends`;
const POLICY = '/usr/sbin/policy-rc.d';

test('root: one apt-get for all packages, under a policy that forbids services and is gone afterwards', async () => {
  const { host, done, files } = paperHost({ uid: 0 });
  const said: string[] = [];
  const problems = await installRequirements(host, [NGINX, NGINX, WRK], { ...QUIET, say: (text) => said.push(text) });
  expect(done).toEqual([
    `install -m 755 /tmp/paper/policy-rc.d ${POLICY}`,
    `${INSTALL} nginx-light wrk`,
    `rm -f ${POLICY}`,
  ]);
  expect(files.size).toBe(0);
  expect(problems).toEqual([]);
  expect(said).toEqual(['Installing nginx, wrk ...']);
});

test('a policy that was there before is there again', async () => {
  const { host, files } = paperHost({ uid: 0, files: { [POLICY]: 'exit 101' } });
  await installRequirements(host, [NGINX], QUIET);
  expect([...files]).toEqual([[POLICY, 'exit 101']]);
});

test('so it is when the installation fails', async () => {
  const { host, files } = paperHost({ uid: 0, files: { [POLICY]: 'exit 101' }, apt: [100, 100] });
  const [problem] = await installRequirements(host, [NGINX], QUIET);
  expect(problem?.what).toMatch(/installing nginx-light failed.*Unable to locate package/s);
  expect([...files]).toEqual([[POLICY, 'exit 101']]);
});

test('what a killed run left of ours is replaced, and the older policy comes back', async () => {
  const left = { [POLICY]: '# loadcell: ...', [`${POLICY}.before-loadcell`]: 'exit 101' };
  const { host, files } = paperHost({ uid: 0, files: left });
  await installRequirements(host, [NGINX], QUIET);
  expect([...files]).toEqual([[POLICY, 'exit 101']]);
});

test('old package lists are fetched once, and only when the first attempt failed', async () => {
  const { host, done } = paperHost({ uid: 0, apt: [100, 0] });
  await installRequirements(host, [NGINX], QUIET);
  const apt = done
    .filter((line) => line.includes('apt-get'))
    .map((line) => (line.endsWith(' update') ? 'update' : 'install'));
  expect(apt).toEqual(['install', 'update', 'install']);
});

test('a package that cannot be had keeps no other from being there, and is the only one to be named', async () => {
  const { host, done } = paperHost({ uid: 0, unknown: ['nginx-light'] });
  const problems = await installRequirements(host, [NGINX, WRK], QUIET);
  expect(done.filter((line) => line.includes(' install -y')).map((line) => line.replace(INSTALL, ''))).toEqual([
    ' nginx-light wrk',
    ' nginx-light wrk',
    ' nginx-light',
    ' wrk',
  ]);
  expect(problems).toHaveLength(1);
  expect(problems[0]?.where).toBe('nginx');
  expect(problems[0]?.what).toMatch(/installing nginx-light failed.*Unable to locate package nginx-light/s);
});

test('nor does it keep from what brings itself', async () => {
  const { host, done } = paperHost({ uid: 0, apt: [100, 100] });
  const own = missing({ command: 'own', install: [['go', 'install', 'own']] });
  const problems = await installRequirements(host, [NGINX, own], QUIET);
  expect(done).toContain('go install own');
  expect(problems[0]?.where).toBe('nginx');
});

test('what is under way is on disk before the policy is replaced, with what a later start must know', async () => {
  let record: unknown;
  const during = (files: ReadonlyMap<string, string>): void => {
    record = JSON.parse(files.get('/state/installing.json') as string);
  };
  const { host, files } = paperHost({ uid: 0, during });
  await installRequirements(host, [NGINX], QUIET);
  expect(record).toMatchObject({ owner: { pid: process.pid, start: 4711 }, units: ['ssh.service'] });
  expect(files.size).toBe(0);
});

test('interrupted: apt-get is let come to its end, nothing is started after it, and the policy is put back', async () => {
  const stopping = new AbortController();
  const said: string[] = [];
  const { host, done, files } = paperHost({ uid: 0, apt: [100], during: () => setImmediate(() => stopping.abort()) });
  const spawn: Host['spawn'] = async (spec) => {
    const running = await host.spawn(spec);
    const later = new Promise<Finished>((resolve) => setTimeout(async () => resolve(await running.exited), 20));
    return { ...running, exited: later };
  };
  const own = missing({ command: 'own', install: [['go', 'install', 'own']] });
  const options = { ...QUIET, signal: stopping.signal, say: (text: string) => said.push(text) };
  await expect(installRequirements({ ...host, spawn }, [NGINX, own], options)).rejects.toMatchObject({ exitCode: 130 });
  expect(said.at(-1)).toMatch(/^Interrupted; apt-get is let come to its end/);
  expect(done.filter((line) => line.includes('apt-get') || line.startsWith('go'))).toEqual([`${INSTALL} nginx-light`]);
  expect(files.size).toBe(0);
  // As it does when nothing is left to be tried.
  const last = new AbortController();
  const only = paperHost({ uid: 0, during: () => last.abort() });
  const attempt = installRequirements(only.host, [NGINX], { ...QUIET, signal: last.signal });
  await expect(attempt).rejects.toMatchObject({ exitCode: 130 });
  // And one that was interrupted before does nothing.
  await expect(installRequirements(host, [NGINX], options)).rejects.toMatchObject({ exitCode: 130 });
  expect(done.filter((line) => line.includes('apt-get'))).toHaveLength(1);
});

test('a service that the package enabled for the next boot is not left enabled', async () => {
  const { host, wants } = paperHost({ uid: 0, enables: 'nginx.service' });
  await installRequirements(host, [NGINX], QUIET);
  expect([...wants]).toEqual(['ssh.service']);
});

test('an ordinary user goes through sudo where it asks for nothing', async () => {
  const { host, done } = paperHost({ uid: 1000, sudo: true });
  await installRequirements(host, [NGINX], QUIET);
  expect(done.every((line) => line.startsWith('sudo -n '))).toBe(true);
});

test('and otherwise is told what to run, with nothing changed', async () => {
  const { host, done } = paperHost({ uid: 1000, sudo: false });
  expect(await installRequirements(host, [NGINX, WRK], QUIET)).toEqual([
    {
      where: 'nginx, wrk',
      what: 'someone may not install packages',
      remedy: 'run as root: apt-get install -y nginx-light wrk',
    },
  ]);
  expect(done).toEqual([]);
});

let cache = '';
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'loadcell-install-'));
});
afterEach(() => rm(cache, { recursive: true, force: true }));

test("a requirement's own steps put a program into our folder, for real", async () => {
  const step = ['sh', '-c', 'printf "#!/bin/sh\\necho mine\\n" > "$0" && chmod 755 "$0"', '{{bin}}/loadcell-own-tool'];
  const tool = missing({
    command: 'loadcell-own-tool',
    install: [step],
    verify: { argv: ['loadcell-own-tool'], pattern: 'mine' },
  });
  const said: string[] = [];
  expect(await installRequirements(localHost(), [tool], { ...QUIET, cache, say: (text) => said.push(text) })).toEqual(
    [],
  );
  expect(said).toEqual(['Installing loadcell-own-tool ...']);
  expect(await readFile(join(cache, 'bin', 'loadcell-own-tool'), 'utf8')).toContain('mine');
});

test('steps that succeed without bringing the program are not believed', async () => {
  const tool = missing({ command: 'loadcell-own-tool', install: [['true']] });
  expect(await installRequirements(localHost(), [tool], { ...QUIET, cache })).toEqual([
    {
      where: 'loadcell-own-tool',
      what: 'installed, but still not usable: loadcell-own-tool is not installed',
    },
  ]);
});

test('a step that fails, or a tool that the step needs and is not there, is named with its words', async () => {
  const failing = missing({ command: 'x-tool', install: [['sh', '-c', 'echo no disk >&2; exit 3']] });
  const absent = missing({ command: 'y-tool', install: [['no-such-cargo', 'install', 'y-tool']] });
  const problems = await installRequirements(localHost(), [failing, absent], { ...QUIET, cache });
  expect(problems.map(({ where }) => where)).toEqual(['x-tool', 'y-tool']);
  expect(problems[0]?.what).toMatch(/installing x-tool failed.*exited 3\nno disk/s);
  expect(problems[1]?.what).toContain('ENOENT');
});
