import { expect, it } from 'vitest';
import { drivers } from '../drivers/index.ts';
import { localHost } from '../host/local.ts';
import type { Finished, Host } from '../model/host.ts';
import { installGenerators } from './install-generators.ts';

/** A machine with nothing on it: no generator, no apt-get, and of compilers only those in `compilers`, which do nothing. */
function bareHost(compilers: readonly string[]): { host: Host; ran: string[] } {
  const ran: string[] = [];
  const end = (code: number, stdout = ''): Finished => ({ code, signal: null, stdout, stderr: '', timedOut: false });
  const host: Host = {
    ...localHost(),
    run: async (argv) => {
      if (argv[0] === 'printenv') return end(0, '/usr/bin\n');
      ran.push(argv.join(' '));
      if (!compilers.some((name) => argv.includes(name))) throw new Error(`spawn ${argv[0]} ENOENT`);
      return end(0);
    },
    stat: async () => {
      throw new Error('ENOENT');
    },
    makeFolder: async () => undefined,
  };
  return { host, ran };
}

const OPTIONS = {
  ...{ cache: '/cache', state: '/state', leash: [], say: () => undefined },
  signal: new AbortController().signal,
};

const built = drivers.flatMap((driver) => driver.requires).filter((one) => one.apt === null);

it('names each generator that cannot be had, and goes on with the others', async () => {
  const { host } = bareHost([]);
  const said: string[] = [];
  const problems = await installGenerators(host, { ...OPTIONS, say: (text) => said.push(text) });
  const [packaged, ...others] = problems;
  expect(packaged?.where).toContain('wrk');
  expect(packaged?.what).toContain('no apt-get');
  expect(others.map((one) => one.where)).toEqual(built.map((one) => one.command));
  for (const { what } of others) expect(what).toContain('ENOENT');
  expect(said.length).toBe(problems.length);
});

it('builds into our own folder, and says so where nothing came of it', async () => {
  const { host, ran } = bareHost(['go', 'cargo']);
  const problems = await installGenerators(host, OPTIONS);
  expect(ran.filter((argv) => argv.includes('/cache/bin')).length).toBe(built.length);
  expect(problems.find((one) => one.where === 'k6')?.what).toContain('installed, but still not usable');
});
