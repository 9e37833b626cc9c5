import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { CELL_CHECKS, TRIAL_CHECKS } from '../../src/analysis/caveats/index.ts';
import { OWN_NETWORK } from '../support/loadcell.ts';
import * as alone from './alone.ts';
import { certificateFor } from './certificate.ts';
import { CONNECTIONS } from './connections.ts';
import { type Making, makeSeen, nameOf, type Pathology } from './pathology.ts';
import { PROCESSORS, TRIALS } from './processors.ts';
import { programPath } from './programs.ts';
import { REPLIES } from './replies.ts';

/**
 * Every caveat, made for real: a server, a generator or a machine that is wrong in one way, through the whole command,
 * must be flagged by the code that says so, with evidence of what was done.
 */
const all: Pathology[] = [];
const root = process.getuid?.() === 0;

/** Why it cannot be made here; '' where it can. */
function hindrance({ root: why, needs }: Pathology): string {
  if (why !== undefined && !root) return ` (skipped: not root, and it ${why})`;
  if (needs !== undefined && programPath(needs) === null) return ` (skipped: ${needs} is not installed)`;
  return '';
}

function suite(
  title: string,
  pathologies: readonly Pathology[],
  around: (made: () => Promise<void>) => Promise<void>,
  making: () => Making,
): void {
  all.push(...pathologies);
  describe(title, () => {
    const possible = pathologies.filter((one) => hindrance(one) === '');
    const seen = new Map<string, string | null>();
    beforeAll(async () => {
      if (possible.length === 0) return;
      await around(async () => {
        for (const [name, how] of await makeSeen(possible, making())) seen.set(name, how);
      });
    }, 600_000);
    for (const one of pathologies) {
      test.skipIf(hindrance(one) !== '')(`${nameOf(one)} is told by its own code${hindrance(one)}`, () => {
        expect(seen.get(nameOf(one))).toBe(null);
      });
    }
  });
}
const plainly = (made: () => Promise<void>): Promise<void> => made();

suite('connections', CONNECTIONS, plainly, () => ({}));
suite('replies', REPLIES, plainly, () => ({}));
suite('processors, settings and windows', PROCESSORS, plainly, () => ({}));
suite('several trials', TRIALS, plainly, () => ({ experiment: { trials: 3 } }));
suite('on the host', alone.ON_THE_HOST, plainly, () => ({
  args: ['--isolation', 'host'],
  options: { before: OWN_NETWORK },
}));
suite('a relaxed smoke run', alone.SMOKE, plainly, () => ({ args: ['--quick', '--relax'] }));
suite('an experiment file that goes on working', [alone.BUSY_RUNNER], plainly, () => ({ preface: alone.WORKING_FILE }));

suite(
  'another program on the same CPU',
  [alone.CONTENTION],
  async (made) => {
    const hog = spawn('taskset', ['-c', '0', process.execPath, '-e', 'for (;;);'], { stdio: 'ignore' });
    try {
      await made();
    } finally {
      hog.kill('SIGKILL');
      await once(hog, 'exit');
    }
  },
  () => ({}),
);

let folder = '';
const inFolder = async (made: () => Promise<void>): Promise<void> => {
  folder = await mkdtemp(join(tmpdir(), 'lc-pathology-'));
  try {
    const hey = programPath('hey');
    if (hey !== null) await writeFile(join(folder, 'hey'), alone.lyingHey(hey));
    if (hey !== null) await chmod(join(folder, 'hey'), 0o755);
    await mkdir(join(folder, 'loadcell'), { mode: 0o700 });
    await writeFile(join(folder, 'loadcell', 'calibration.json'), JSON.stringify(await certificateFor('loadcell')));
    await made();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
suite('a generator that lies', alone.LYING_GENERATOR, inFolder, () => ({
  options: { env: { PATH: `${folder}:${process.env.PATH}` } },
}));
suite('a generator that was weak when the machine was calibrated', [alone.CEILING], inFolder, () => ({
  options: { env: { XDG_STATE_HOME: folder } },
}));
suite('a tuned host', [alone.TUNED], plainly, () => ({
  options: {
    before: [
      'unshare',
      '-n',
      'sh',
      '-c',
      'ip link set lo up && echo 17 >/proc/sys/net/ipv4/tcp_fin_timeout && exec "$0" "$@"',
    ],
  },
}));

test('every caveat has a pathology, or a reason why it cannot be made here', () => {
  const codes = [...TRIAL_CHECKS, ...CELL_CHECKS].map(({ code }) => code);
  const made = new Set(all.map(({ code }) => code));
  expect(codes.filter((code) => made.has(code) === code in alone.NOT_MADE)).toEqual([]);
  expect([...made, ...Object.keys(alone.NOT_MADE)].filter((code) => !codes.includes(code))).toEqual([]);
});
