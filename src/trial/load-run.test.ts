import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { localHost } from '../host/local.ts';
import type { DriveCommand, DriveContext, Driver } from '../model/driver.ts';
import type { SpawnSpec } from '../model/host.ts';
import type { Cell, Load, Settings } from '../model/plan.ts';
import type { Stage, StageProcess } from '../model/stage.ts';
import { holdLoad, startLoad } from './load-run.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(`${tmpdir()}/loadcell-load-run-`);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A stage that notes what happens to the one program in it; the program ends when its stdin does. */
function paperStage() {
  const seen: string[] = [];
  const spawn = async (spec: SpawnSpec): Promise<StageProcess> => {
    const piped = typeof spec.stdin === 'object';
    seen.push(`spawn ${spec.argv.join(' ')}${piped ? '' : ` < ${JSON.stringify(spec.stdin)}`}`);
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    if (!piped) end();
    return {
      pid: 4_242,
      exited: ended.then(() => ({ code: 0, signal: null, stdout: 'said', stderr: '', timedOut: false })),
      write: (text: string) => void seen.push(`write ${JSON.stringify(text)}`),
      endStdin: () => {
        seen.push('end of stdin');
        end();
      },
    } as unknown as StageProcess;
  };
  return { seen, stage: { address: '127.0.0.1', spawn } as unknown as Stage };
}

const NOTHING = { server: null, generator: null };
const SETTINGS = {
  cpus: NOTHING,
  ulimit: { server: {}, generator: {} },
  nice: NOTHING,
  env: { server: {}, generator: {} },
};
const CELL = { settings: { ...SETTINGS, sysctl: {}, machine: {}, network: null } as Settings } as Cell;
const LOAD = { stop: { kind: 'duration', durationMs: 1_000 }, timeoutMs: 1_000 } as Load;

const driver = (command: Partial<DriveCommand>): Driver =>
  ({
    name: 'canned',
    command: () => ({ argv: ['gen'], stdin: null, files: {}, inputs: {}, ...command }),
  }) as unknown as Driver;
const context = (): DriveContext => ({ address: '127.0.0.1', folder: `${folder}/load` }) as DriveContext;

test('a generator that can wait is started ahead, with its order, and begins when it is told to', async () => {
  const { seen, stage } = paperStage();
  const held = await holdLoad(localHost(), stage, driver({ stdin: '{}', waits: true }), CELL, LOAD, context());
  expect(held.pid).toBe(4_242);
  expect(seen).toEqual(['spawn gen', 'write "{}\\n"']);
  const run = await held.go();
  expect((await run.output()).stdout).toBe('said');
  expect(seen.at(-1)).toBe('end of stdin');
});

test('one that cannot is not started before its window', async () => {
  const { seen, stage } = paperStage();
  const held = await holdLoad(localHost(), stage, driver({ stdin: 'script' }), CELL, LOAD, context());
  expect(held.pid).toBeNull();
  expect(seen).toEqual([]);
  await (await held.go()).finished;
  expect(seen).toEqual(['spawn gen < "script"']);
});

test('started at once, both get all that they are told', async () => {
  const { seen, stage } = paperStage();
  await (await startLoad(localHost(), stage, driver({ stdin: '{}', waits: true }), CELL, LOAD, context())).finished;
  expect(seen).toEqual(['spawn gen', 'write "{}\\n"', 'end of stdin']);
});

test('a load that would go elsewhere is refused before anything is started', async () => {
  const { seen, stage } = paperStage();
  const elsewhere = { ...context(), address: '192.0.2.1' };
  const holding = holdLoad(localHost(), stage, driver({ stdin: '{}', waits: true }), CELL, LOAD, elsewhere);
  await expect(holding).rejects.toMatchObject({ name: 'DriverError', code: 'target-refused' });
  expect(seen).toEqual([]);
});
