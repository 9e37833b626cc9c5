import { expect, test } from 'vitest';
import type { Finished } from '../../model/host.ts';
import { conversation } from './truth-run.ts';

const silent = { onLine: () => undefined, exited: new Promise<Finished>(() => undefined), write: () => undefined };

test('who waits for the truth server’s answer waits no longer than until an interrupt', async () => {
  const stop = new AbortController();
  const ask = conversation(silent, stop.signal);
  const waiting = ask('stats');
  stop.abort(new Error('interrupted'));
  await expect(waiting).rejects.toThrow('interrupted');
  await expect(ask('reset')).rejects.toThrow('interrupted');
});
