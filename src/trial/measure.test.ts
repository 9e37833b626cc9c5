import { expect, test } from 'vitest';
import type { Host } from '../model/host.ts';
import type { Cell } from '../model/plan.ts';
import type { TrialRecord } from '../model/record.ts';
import type { Stage } from '../model/stage.ts';
import type { TrialContext } from './context.ts';
import type { HeldLoad, LoadRun } from './load-run.ts';
import { measure } from './measure.ts';

test('the window and its observation begin when the generator is ready, and it is not taken for the server', async () => {
  const seen: string[] = [];
  const note = (text: string): void => {
    if (seen.at(-1) !== text) seen.push(text);
  };
  const readText = (path: string): Promise<string> => {
    note(`read ${path.split('/').slice(0, 3).join('/')}`);
    return Promise.resolve('');
  };
  const host = {
    pid: 3,
    readText,
    list: async () => [],
    stat: async () => ({ size: 0 }),
    monotonicNs: () => process.hrtime.bigint(),
    sleep: async () => undefined,
  } as unknown as Host;
  const run: LoadRun = {
    process: { pid: 7 } as LoadRun['process'],
    finished: Promise.resolve(),
    output: () => Promise.reject(new Error('not wanted')),
  };
  const go = async (): Promise<LoadRun> => {
    note('go');
    return run;
  };
  let rehearsed = (): void => undefined;
  const held: HeldLoad = {
    pid: 7,
    ready: () =>
      new Promise((resolve) => {
        rehearsed = () => {
          note('ready');
          resolve(go);
        };
      }),
  };
  const context = {
    host,
    drivers: { fake: { driver: {}, version: '1' } },
    machine: { topology: [] },
    signal: new AbortController().signal,
    onEvent: (event: { kind: string; phase?: string }) => note(event.phase ?? event.kind),
  } as unknown as TrialContext;
  const load = { driver: 'fake', warmup: null, stop: { kind: 'duration', durationMs: 1_000 } };
  const cell = { load } as Cell;
  const around = {
    serverPids: async () => [5, 7],
    step: () => undefined,
    draft: { proofs: [] } as unknown as Omit<TrialRecord, 'outcome'>,
    held,
  };
  const measured = measure(
    context,
    { netRoot: '/proc/5', generatorNetRoot: '/proc/5' } as Stage,
    cell,
    {} as never,
    around,
  );
  await new Promise((resolve) => setTimeout(resolve, 20));
  // The server's memory before any load, and nothing else.
  expect(seen).toEqual(['read /proc/5']);
  rehearsed();
  await expect(measured).rejects.toThrow('not wanted');
  expect(seen.slice(1, 4)).toEqual(['ready', 'window', 'read /proc/5']);
  const beforeGo = seen.slice(0, seen.indexOf('go'));
  expect(beforeGo).not.toContain('read /proc/7');
});
