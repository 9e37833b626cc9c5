import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Certificate } from '../../src/model/calibration.ts';
import { bench, ended } from '../support/loadcell.ts';
import { undisturbed } from '../support/truth-server-drive.ts';

const MINUTES_MS = 60_000;
/** The machine's lock is one for all: another calibration or run ends first. */
const COMMAND = ['calibrate', '--quick', '--only', 'loadcell', '--wait'];

test('a quick calibration of the embedded driver: a whole certificate, a table, and nothing left', {
  timeout: 10 * MINUTES_MS,
}, async () => {
  await using here = await bench('');
  const state = join(here.folder, 'state');
  const said = await here.run(COMMAND, { env: { XDG_STATE_HOME: state } });
  expect(said.stderr).toContain('calibration.json written');
  expect(said.code).toBe(0);
  const certificate = JSON.parse(await readFile(join(state, 'loadcell/calibration.json'), 'utf8')) as Certificate;
  expect(certificate).toMatchObject({ schemaVersion: 1, quick: true });
  expect(certificate.machine.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  expect(certificate.timers.clockStepNs).toBeGreaterThan(0);
  expect(certificate.drivers.map(({ name }) => name)).toEqual(['loadcell']);
  const { ceilings, truths } = certificate.drivers[0] as Certificate['drivers'][number];
  for (const ceiling of [ceilings.keepAlive, ceilings.fresh]) expect(ceiling.perSecond).toBeGreaterThan(0);
  expect(truths.map(({ connections, delay }) => `${delay}, ${connections}`).sort()).toEqual([
    '5 ms, fresh',
    '5 ms, kept',
    '5 ms, open loop',
  ]);
  for (const { counts, latency, failures } of truths) {
    expect(failures).toEqual([]);
    expect(counts).toMatchObject({ agree: true });
    // Nobody is faster than a reply takes: true however busy the machine is.
    expect(latency?.p50.toldUs).toBeGreaterThan(0);
  }
  const kept5 = truths.find(({ connections, delay }) => connections === 'kept' && delay === '5 ms');
  expect(kept5?.latency?.p50.truthUs).toBeGreaterThan(4_900);
  expect(kept5?.latency?.p50.toldUs).toBeGreaterThan(4_900);
  for (const pair of [...certificate.overhead, ...certificate.observation]) {
    expect(pair.pairs).toBe(1);
    expect(pair.ratio.median).toBeGreaterThan(0);
  }
  expect(certificate.overhead.map(({ driver, connections }) => `${driver} ${connections}`)).toEqual([
    'loadcell kept',
    'loadcell fresh',
  ]);
  expect(certificate.noise).toHaveLength(2);
  expect(certificate.gaps.map(({ connections, gaps }) => [connections, gaps > 0])).toEqual([
    ['kept', true],
    ['fresh', true],
  ]);
  expect(certificate.truthsInRealTime).toBe((await undisturbed()).length > 0);
  expect(certificate.runner?.cpuMs).toBeGreaterThan(0);
  expect(said.stdout).toContain('| loadcell | kept        | 5 ms ');
  expect(await left(here.temporary)).toEqual([]);
});

test('Ctrl-C: exit 130, no certificate, nothing left', { timeout: 5 * MINUTES_MS }, async () => {
  await using here = await bench('');
  const state = join(here.folder, 'state');
  const child = here.start(COMMAND, { env: { XDG_STATE_HOME: state } });
  const end = ended(child);
  await new Promise<void>((resolve, reject) => {
    void end.then((said) => reject(new Error(said.stderr)));
    child.stderr?.on('data', (chunk) => {
      if (String(chunk).includes('truth: 5 ms')) resolve();
    });
  });
  child.kill('SIGINT');
  const said = await end;
  expect(said.stderr).toContain('no certificate was written');
  expect(said.code).toBe(130);
  expect(await readdir(state).catch(() => [])).toEqual([]);
  expect(await left(here.temporary)).toEqual([]);
});

test('what it cannot do is told before anything is touched', async () => {
  await using here = await bench('');
  const unknown = await here.run(['calibrate', '--only', 'wkr']);
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain('Did you mean "wrk"?');
});

/** Files in the temporary folder that are not tsx's own. */
const left = async (temporary: string): Promise<string[]> =>
  (await readdir(temporary)).filter((name) => !name.startsWith('tsx-') && !name.startsWith('node-compile-cache'));
