import { join, normalize, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drivers } from '../../src/drivers/index.ts';
import { checkExperiment } from '../../src/experiment/load-file.ts';
import { ExitCode, UserError } from '../../src/model/errors.ts';
import { type Host, HostError } from '../../src/model/host.ts';
import type { Cell, Plan, ServerPlan } from '../../src/model/plan.ts';
import { makePlan } from '../../src/plan/make-plan.ts';
import { renderServer } from '../../src/trial/prepare/render.ts';
import { MACHINE, mutated, mutations, wholeDefinition } from './definition.ts';

const RUNS = 4_000;

const planOf = (given: unknown): Plan =>
  makePlan({ name: 'x', file: '/srv/x.ts', experiment: checkExperiment(given, 'x.ts') }, MACHINE, { seed: 1 });

/** The plan, or the user's error with a place for each problem. Anything else that is thrown goes on. */
function planOrRefusal(given: unknown): Plan | UserError {
  try {
    return planOf(given);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

function expectClear(error: UserError): void {
  expect([ExitCode.wrongInput, ExitCode.preflightRefused]).toContain(error.exitCode);
  expect(error.problems.length).toBeGreaterThan(0);
  for (const { where, what } of error.problems) {
    expect(where).not.toBe('');
    expect(what).toMatch(/\S/);
    expect(what).not.toMatch(/\n\s+at |\[object Object\]/);
    expect(what.length).toBeLessThan(2_000);
  }
}

/** Names of ours stay in their folder, and mean one file only. */
function expectContained(plan: Plan): void {
  for (const { id } of plan.cells) {
    expect(id).toMatch(/^[a-z0-9][A-Za-z0-9._-]*$/);
    expect(id.length).toBeLessThan(200);
    expect(join('/run/logs', `0000-${id}-1.server.log`)).toBe(`/run/logs/0000-${id}-1.server.log`);
  }
  expect(new Set(plan.cells.map((cell) => cell.id)).size).toBe(plan.cells.length);
  expect(plan.report.locale).toMatch(/^[A-Za-z0-9-]+$/);
  for (const server of plan.servers) {
    expect(join('/scratch', `show-${server.name}`)).toBe(`/scratch/show-${server.name}`);
    const inside = [...Object.entries(server.files).flat(), ...server.show, ...(server.build?.inputs ?? [])];
    for (const name of inside) expect(resolve('/folder', name)).toMatch(/^\/folder\/./);
    const targets = Object.keys(server.files).map((name) => normalize(name));
    expect(new Set(targets).size).toBe(targets.length);
    for (const target of targets) expect(target).not.toMatch(/^(load(\/|$)|server\.(stdout|stderr)\.log$)|\/$/);
  }
}

/** Kernel settings are keys below /proc/sys, with one line for a value. */
function expectSettings({ settings }: Cell): void {
  for (const [key, { value }] of Object.entries(settings.sysctl)) {
    const path = `/proc/sys/${key.replaceAll('.', '/')}`;
    expect(normalize(path)).toBe(path);
    expect(value).toMatch(/^[^\0\n\r]+$/);
  }
  for (const env of [settings.env.server, settings.env.generator]) {
    for (const [name, value] of Object.entries(env)) {
      expect(name).toMatch(/^[A-Za-z_][A-Za-z0-9_]*$/);
      expect(value).not.toContain('\0');
    }
  }
}

/** Whatever the path and the headers: the one URL on a generator's command line is the server's. */
function expectAimed({ load }: Cell): void {
  const context = {
    address: '127.0.0.1',
    port: 18_080,
    folder: '/trial/load',
    cpus: 1,
    workers: { loadcell: '/w/loadcell.js', autocannon: '/w/autocannon.js' },
    node: '/usr/bin/node',
    version: '1',
    expectedBody: null,
    seed: 1,
  };
  expect(load.path).toMatch(/^\/[\x21-\x7e]*$/);
  for (const driver of drivers) {
    if (driver.refuses(load) !== null) continue;
    const { argv, inputs, stdin } = driver.command(load, context);
    for (const word of argv) expect(word).not.toMatch(/\0/);
    for (const name of Object.keys(inputs)) expect(name).toMatch(/^[a-z0-9-]+\.?[a-z0-9]*$/);
    // As the last word, or as vegeta wants it: on a line of its own.
    const [url] = [argv.at(-1), stdin?.trimEnd().split(' ')[1]].filter((one) => one?.startsWith('http:'));
    if (url === undefined) continue;
    expect(url).toBe(`http://127.0.0.1:18080${load.path}`);
    const { host, username } = new URL(url);
    expect([host, username]).toEqual(['127.0.0.1:18080', '']);
  }
}

/** A host that only takes notes: every template is empty of surprises, every write is remembered. */
function notingHost(): { host: Host; written: string[] } {
  const written: string[] = [];
  const host = {
    readText: async () => 'port {{port}}',
    makeFolder: async (path: string) => void written.push(path),
    writeText: async (path: string) => void written.push(path),
  };
  return { host: host as unknown as Host, written };
}

async function expectRendered(server: ServerPlan): Promise<void> {
  const { host, written } = notingHost();
  const placeholders = { recipe: server.folder, node: 'node', venv: '/venv', build: '/build' };
  const prepared = { placeholders, env: {}, version: null } as unknown as Parameters<typeof renderServer>[2];
  const { argv } = await renderServer(host, server, prepared, { trialFolder: '/trial', port: 1, address: '::1' });
  for (const path of written) expect(path).toMatch(/^\/trial(\/|$)/);
  // Words stay words: nothing splits, joins or interprets them.
  expect(argv).toHaveLength(server.command.length);
}

describe('definitions with anything in them', () => {
  test('the whole definition itself makes a plan', () => {
    const plan = planOf(wholeDefinition());
    expect(plan.cells.length).toBeGreaterThan(10);
    expect(plan.servers[0]?.command).toContain('; touch /tmp/owned');
  });

  test('become a clear error, or a plan that stays where it may be', { timeout: 300_000 }, async () => {
    let plans = 0;
    await fc.assert(
      fc.asyncProperty(mutations, async (changes) => {
        const plan = planOrRefusal(mutated(changes));
        if (plan instanceof UserError) return expectClear(plan);
        plans += 1;
        expect(isDeepStrictEqual(JSON.parse(JSON.stringify(plan)), plan)).toBe(true);
        expectContained(plan);
        for (const cell of plan.cells) expectSettings(cell);
        for (const cell of plan.cells.slice(0, 3)) expectAimed(cell);
        for (const server of plan.servers) await expectRendered(server);
      }),
      { numRuns: RUNS },
    );
    expect(Object.prototype).not.toHaveProperty('polluted');
    // Neither all refused nor all taken: the property has seen both.
    expect(plans).toBeGreaterThan(RUNS / 50);
    expect(plans).toBeLessThan(RUNS * 0.9);
  });

  test('may make as many cells as are allowed, all with the same long label', () => {
    const load = { path: Array.from({ length: 20_000 }, (_, index) => `/${'x'.repeat(40)}${index}`) };
    const plan = planOf({
      ...wholeDefinition(),
      servers: [{ name: 'one', folder: '/srv', command: ['one'] }],
      load,
      include: undefined,
      exclude: [],
      environments: { stock: {} },
      thresholds: [],
    });
    expect(plan.cells).toHaveLength(20_000);
    expect(new Set(plan.cells.map((cell) => cell.id)).size).toBe(20_000);
  });

  test('are refused whatever they are instead of an object', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
        (given) => {
          expectClear(planOrRefusal(given) as UserError);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('what is left to be refused when a file is written', () => {
  test('a path that cannot be a file', async () => {
    const { host } = notingHost();
    const failing = { ...host, readText: () => Promise.reject(new HostError('x', 'ENOENT')) } as Host;
    const [server] = planOf(wholeDefinition()).servers as [ServerPlan];
    const prepared = { placeholders: {}, env: {} } as unknown as Parameters<typeof renderServer>[2];
    const where = { trialFolder: '/trial', port: 1, address: '::1' };
    await expect(renderServer(failing, server, prepared, where)).rejects.toBeInstanceOf(UserError);
    const leaving = { ...server, files: { '../x': 'one.conf.hbs' } };
    await expect(renderServer(host, leaving, prepared, where)).rejects.toThrow('leaves');
  });
});
