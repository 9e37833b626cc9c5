import { randomInt } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { localHost } from '../host/local.ts';
import type { Running } from '../model/host.ts';
import { takeLock } from './lock.ts';

const host = localHost();
const isRoot = host.user.uid === 0;
let lock = '';
let holder: Running | null = null;
beforeEach(() => {
  lock = `loadcell-test-${process.pid}-${randomInt(1e9)}`;
});
afterEach(async () => {
  if (holder === null) return;
  host.signal(holder.pid, 'SIGKILL');
  await holder.exited;
  holder = null;
});

const options = { experiment: 'mine', wait: false, say: () => {} };

/** A process that holds the name and does that with who asks. */
async function hold(onCaller: string, prefix: string[] = []): Promise<Running> {
  const program = `require('node:net').createServer((caller) => { ${onCaller} })
    .listen('\\0${lock}'.padEnd(108, '\\0'), () => console.log('held'))`;
  const running = await host.spawn({
    argv: [...prefix, process.execPath, '-e', program],
    stdout: { collect: true },
    stderr: { collect: true },
  });
  holder = running;
  const held = await Promise.race([
    new Promise<string>((resolve) => running.onLine(resolve)),
    running.exited.then(({ stderr }) => stderr),
  ]);
  expect(held).toBe('held');
  return running;
}
const saying = (word: object): string => `caller.end(JSON.stringify({ pid: process.pid, ...${JSON.stringify(word)} }))`;
const SILENT = 'which does not say what it is';
const FOREIGN = 'which is no loadcell run';
const aRun = { start: 1, user: 'ann', experiment: 'theirs', since: '2026-01-01T10:00:00.000Z' };

describe('the lock', () => {
  test('is for one at a time, and free again', async () => {
    const first = await takeLock(host, lock, options);
    const refused = takeLock(host, lock, { ...options, experiment: 'other' });
    await expect(refused).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(
        `^this machine is taken by the experiment mine, process ${process.pid} of ${host.user.name}, since 20..-`,
      ),
      hint: `Wait for it with --wait, or end it: kill ${process.pid}`,
    });
    await first[Symbol.asyncDispose]();
    await (await takeLock(host, lock, options))[Symbol.asyncDispose]();
  });

  test('is freed by SIGKILL of its holder', async () => {
    const { pid, exited } = await hold(saying(aRun));
    await expect(takeLock(host, lock, options)).rejects.toThrow(`the experiment theirs, process ${pid} of ann`);
    host.signal(pid, 'SIGKILL');
    await exited;
    await (await takeLock(host, lock, options))[Symbol.asyncDispose]();
  });

  test('waits when told to, says for whom, and goes on when that one ends', async () => {
    const { pid } = await hold(saying(aRun));
    const said: string[] = [];
    const held = await takeLock(host, lock, {
      ...options,
      wait: true,
      say: (text) => {
        said.push(text);
        host.signal(pid, 'SIGKILL');
      },
    });
    await held[Symbol.asyncDispose]();
    expect(said).toEqual([`Waiting for the experiment theirs, process ${pid} of ann, since ${aRun.since} ...`]);
  });

  test('waiting can be interrupted', async () => {
    await hold(saying(aRun));
    const interrupt = new AbortController();
    const waiting = takeLock(host, lock, {
      ...options,
      wait: true,
      signal: interrupt.signal,
      say: () => interrupt.abort(),
    });
    await expect(waiting).rejects.toMatchObject({
      exitCode: 130,
      message: 'interrupted while waiting for another run',
    });
  });

  test.each([
    ['says nothing', 'caller.end()', SILENT],
    ['never answers', '', SILENT],
    ['hangs up', 'caller.destroy()', SILENT],
    ['says something else', "caller.end('\\u001b[2J{')", FOREIGN],
    ['says another process', saying({ ...aRun, pid: 1 }), FOREIGN],
    [
      'talks without end',
      "caller.on('error', () => {}); (function more() { caller.write('x'.repeat(65536), more); })()",
      FOREIGN,
    ],
  ])('a holder that %s is named for what it is', async (_name, onCaller, what) => {
    const { pid } = await hold(onCaller);
    await expect(takeLock(host, lock, options)).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(`^this machine is taken by process ${pid} of user \\d+, ${what} \\(`),
      hint: expect.stringContaining(`kill ${pid}`),
    });
  });

  test('a name that is held by nobody who can be found refuses in the end', async () => {
    let tries = 0;
    const odd = {
      ...host,
      holdName: async () => {
        tries += 1;
        return null;
      },
      askName: async () => null,
      sleep: async () => {},
    };
    await expect(takeLock(odd, lock, options)).rejects.toThrow(
      'this machine is taken by a process that cannot be found',
    );
    expect(tries).toBeLessThan(100);
  });

  test('what a holder says cannot steer a terminal', async () => {
    await hold(saying({ ...aRun, experiment: '\u001b]0;x\u0007\n\u202ename' }));
    await expect(takeLock(host, lock, options)).rejects.toThrow(/the experiment \?\]0;x\?\?.name,/);
  });

  test.skipIf(!isRoot)(
    `excludes runs of other users, and root sees who planted it${isRoot ? '' : ' (needs root)'}`,
    async () => {
      const { pid } = await hold(saying({ ...aRun, pid: 1 }), ['setpriv', '--reuid=65534', '--clear-groups', '--']);
      await expect(takeLock(host, lock, options)).rejects.toThrow(
        `process ${pid} of user 65534, which is no loadcell run`,
      );
    },
  );
});
