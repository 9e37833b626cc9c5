import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { localHost } from '../host/local.ts';
import type { DriveCommand, DriveContext, Driver } from '../model/driver.ts';
import type { Host, SpawnSpec } from '../model/host.ts';
import type { Cell, Load, Settings } from '../model/plan.ts';
import type { Stage, StageProcess } from '../model/stage.ts';
import { holdLoad, startLoad } from './load-run.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(`${tmpdir()}/loadcell-load-run-`);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A stage that notes what happens to the one program in it, which ends when its stdin does or it is told to. */
function paperStage() {
  const seen: string[] = [];
  let [tell, die] = [(_: string): void => undefined, (): void => undefined];
  const spawn = async (spec: SpawnSpec): Promise<StageProcess> => {
    const piped = typeof spec.stdin === 'object';
    seen.push(`spawn ${spec.argv.join(' ')}${piped ? '' : ` < ${JSON.stringify(spec.stdin)}`}`);
    let [end, say] = [(): void => undefined, (_: string): void => undefined];
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    if (!piped) end();
    tell = (line) => say(line);
    die = () => end();
    return {
      pid: 4_242,
      onLine: (listener: typeof say) => {
        say = listener;
      },
      exited: ended.then(() => ({ code: 0, signal: null, stdout: 'said', stderr: '', timedOut: false })),
      write: (text: string) => void seen.push(`write ${JSON.stringify(text)}`),
      endStdin: () => {
        seen.push('end of stdin');
        end();
      },
    } as unknown as StageProcess;
  };
  return {
    seen,
    stage: { address: '127.0.0.1', spawn } as unknown as Stage,
    say: (line: string) => tell(line),
    die: () => die(),
  };
}

const NOTHING = { server: null, generator: null };
const SETTINGS = {
  cpus: NOTHING,
  ulimit: { server: {}, generator: {} },
  nice: NOTHING,
  env: { server: {}, generator: {} },
};
const CELL = { settings: { ...SETTINGS, sysctl: {}, machine: {}, network: null } as Settings } as Cell;
const LOAD = { stop: { kind: 'duration', durationMs: 1_000 }, timeoutMs: 1_000, connections: 10 } as Load;

const driver = (command: Partial<DriveCommand>): Driver =>
  ({
    name: 'canned',
    command: () => ({ argv: ['gen'], stdin: null, files: {}, inputs: {}, ...command }),
  }) as unknown as Driver;
const context = (): DriveContext => ({ address: '127.0.0.1', folder: `${folder}/load` }) as DriveContext;

const waiting = driver({ stdin: '{}', readyLine: 'ready' });
const NEVER = new AbortController().signal;
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a generator that can wait is started ahead, with its order, and begins when it is told to', async () => {
  const { seen, stage, say } = paperStage();
  const held = await holdLoad(localHost(), stage, waiting, CELL, LOAD, context());
  expect(held.pid).toBe(4_242);
  expect(seen).toEqual(['spawn gen', 'write "{}\\n"']);
  const ready = held.ready(NEVER);
  say('ready');
  const go = await ready;
  expect(seen).toHaveLength(2);
  const run = await go();
  expect((await run.output()).stdout).toBe('said');
  expect(seen.at(-1)).toBe('end of stdin');
});

test('one that cannot is not started before its window', async () => {
  const { seen, stage } = paperStage();
  const held = await holdLoad(localHost(), stage, driver({ stdin: 'script' }), CELL, LOAD, context());
  expect(held.pid).toBeNull();
  expect(seen).toEqual([]);
  const go = await held.ready(NEVER);
  expect(seen).toEqual([]);
  await (await go()).finished;
  expect(seen).toEqual(['spawn gen < "script"']);
});

test('one that cannot make room for its connections is started with it', async () => {
  const { seen, stage } = paperStage();
  const many = { ...LOAD, connections: 1_000 };
  const run = await startLoad(NEVER, localHost(), stage, driver({ stdin: 'script' }), CELL, many, context());
  await run.finished;
  expect(seen[0]?.startsWith('spawn sh -c')).toBe(true);
});

test('started as soon as it is ready, it gets all that it is told', async () => {
  const { seen, stage, say } = paperStage();
  const started = startLoad(NEVER, localHost(), stage, waiting, CELL, LOAD, context());
  await vi.waitFor(() => expect(seen).toHaveLength(2));
  await tick();
  say('ready');
  await (await started).finished;
  expect(seen).toEqual(['spawn gen', 'write "{}\\n"', 'end of stdin']);
});

test('a load that would go elsewhere is refused before anything is started', async () => {
  const { seen, stage } = paperStage();
  const elsewhere = { ...context(), address: '192.0.2.1' };
  const holding = holdLoad(localHost(), stage, waiting, CELL, LOAD, elsewhere);
  await expect(holding).rejects.toMatchObject({ name: 'DriverError', code: 'target-refused' });
  expect(seen).toEqual([]);
});

describe('the window waits for a generator that gets ready', () => {
  async function held(sleep: Host['sleep'] = localHost().sleep) {
    const { stage, seen, say, die } = paperStage();
    const killed: number[] = [];
    const signal = (pid: number): boolean => killed.push(pid) > 0;
    const load = await holdLoad({ ...localHost(), sleep, signal }, stage, waiting, CELL, LOAD, context());
    const stop = new AbortController();
    let over = false;
    const ready = load.ready(stop.signal);
    void ready.then(
      () => (over = true),
      () => (over = true),
    );
    return { ready, stop, seen, say, die, killed, isOver: async () => tick().then(() => over) };
  }

  test('until it says exactly that it is', async () => {
    const { say, isOver } = await held();
    for (const line of ['', 'ready ', 'readying', '{"requests":1}']) say(line);
    expect(await isOver()).toBe(false);
    say('ready');
    expect(await isOver()).toBe(true);
  });

  test('or has ended: its output tells why', async () => {
    const { ready, die, isOver } = await held();
    expect(await isOver()).toBe(false);
    die();
    const run = await (await ready)();
    expect((await run.output()).stdout).toBe('said');
  });

  test('or is interrupted', async () => {
    const { ready, stop, seen } = await held();
    stop.abort(new Error('Ctrl-C'));
    await expect(ready).rejects.toThrow('Ctrl-C');
    expect(seen).not.toContain('end of stdin');
  });

  test('but not for ever: one that does not get ready is killed and gives no measurement', async () => {
    const { ready, killed, seen } = await held(async () => undefined);
    await expect(ready).rejects.toMatchObject({ name: 'DriverError', code: 'generator-deadline' });
    expect(killed).toEqual([4_242]);
    expect(seen).not.toContain('end of stdin');
  });
});
