import { expect, test } from 'vitest';
import { settings } from '../controls/fixtures/made-up.ts';
import type { Finished } from '../model/host.ts';
import type { Load } from '../model/plan.ts';
import type { TrialContext } from '../trial/context.ts';
import { bareWindow, type Live } from './window.ts';

test('an interrupt while the generator is being started ends it at once', { timeout: 10_000 }, async () => {
  const stop = new AbortController();
  let end: (end: Finished) => void = () => undefined;
  const exited = new Promise<Finished>((resolve) => {
    end = resolve;
  });
  const context = {
    host: {
      monotonicNs: () => 0n,
      makeFolder: async () => undefined,
      signal: () => end({ code: null, signal: 'SIGKILL', stdout: '', stderr: '', timedOut: false }),
    },
    plan: { seed: 1 },
    machine: { allowedCpus: [0] },
    drivers: {
      canned: { driver: { command: () => ({ argv: ['canned'], stdin: null, files: {}, inputs: {} }) }, version: '0' },
    },
    node: 'node',
    signal: stop.signal,
  } as unknown as TrialContext;
  const stage = {
    address: '127.0.0.1',
    spawn: async () => {
      stop.abort(new Error('interrupted'));
      return { pid: 1, exited };
    },
  };
  const cell = { settings: settings() };
  const live = { stage, cell, address: '127.0.0.1', port: 1, body: null, folder: '/', windows: { count: 0 } };
  const load = { driver: 'canned', stop: { kind: 'duration', durationMs: 1_000 }, timeoutMs: 1_000 } as Load;
  await expect(bareWindow(context, live as unknown as Live, load)).rejects.toThrow('interrupted');
});
