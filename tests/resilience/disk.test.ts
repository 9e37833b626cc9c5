import { chmod, mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type Bench, bench, ended, experiment } from '../support/loadcell.ts';
import { COMMAND, isRoot, LONG, leftovers, SERVER, shell, stored, untilLines } from './kept.ts';

/** Twenty trials with a setting of the whole machine, so that there is something to put back. */
const LONG_RUN = experiment(
  SERVER,
  `load: { path: '/', duration: '300ms', connections: 2, warmup: false, driver: 'loadcell' },
   controls: { sysctl: { 'fs.lease-break-time': 44 } },`,
).replace('trials: 1', 'trials: 20');

const setting = async (): Promise<string> => (await readFile('/proc/sys/fs/lease-break-time', 'utf8')).trim();
const state = async (made: Bench) => ({ ...(await leftovers(made)), setting: await setting() });

/** A command in a mount namespace of its own: what is mounted there ends with it. */
const PRIVATE = ['unshare', '--mount', '--propagation', 'private'];
const note = isRoot ? '' : ' (skipped: needs root, to mount)';

describe.skipIf(!isRoot)(`a disk that gives way${note}`, { timeout: LONG }, () => {
  test('full in the middle: it says so, the records so far are whole, the machine is restored, and --resume goes on', async () => {
    await using made = await bench(LONG_RUN);
    await mkdir(join(made.folder, 'out'));
    await mkdir(join(made.folder, 'kept'));
    const before = await state(made);
    const child = shell(
      made,
      `mount -t tmpfs -o size=1m tmpfs out && ${COMMAND} bench.ts --wait
       code=$?; cp -a out/bench kept/; rm out/filler
       sed -i 's/trials: 20/trials: 20, notes: "n"/' bench.ts; ${COMMAND} bench.ts --wait --resume; echo $? > refused
       sed -i 's/, notes: "n"//' bench.ts; echo '{"schemaVersion' >> out/bench/latest/trials.jsonl
       ${COMMAND} bench.ts --wait --resume 2> resumed & pid=$!
       while ! grep -q '^\\[1/' resumed; do sleep 0.1; done; kill $pid; wait $pid; echo $? > interrupted
       mkdir again; cp -a out/bench again/; exit $code`,
      PRIVATE,
    );
    const end = ended(child);
    const inside = join('/proc', String(child.pid), 'root', made.folder, 'out');
    await untilLines(join(inside, 'bench/latest/trials.jsonl'), 2, child);
    while ((await setting()) !== '44') await sleep(5);
    await fill(join(inside, 'filler'));
    const said = await end;
    expect(said.code, said.stderr).toBe(4);
    expect(said.stderr).toContain('The disk is full: make room, then go on with --resume');
    expect(said.stderr).toMatch(/The records so far are kept in .*trials\.jsonl/);
    expect(said.stderr).not.toMatch(/^\s+at |defect of loadcell/m);
    const kept = await stored(made, join(made.folder, 'kept'));
    expect(kept.lines.length).toBeGreaterThanOrEqual(2);
    expect(kept.lines.map((line) => JSON.parse(line).sequence)).toEqual(kept.lines.map((_, index) => index));
    expect(await readFile(kept.journal, 'utf8')).toBe(kept.lines.map((line) => `${line}\n`).join(''));

    expect(await readFile(join(made.folder, 'refused'), 'utf8')).toBe('2\n');
    expect(await readFile(join(made.folder, 'interrupted'), 'utf8')).toBe('130\n');
    const again = await stored(made, join(made.folder, 'again'));
    expect(again.lines.length).toBeGreaterThan(kept.lines.length);
    expect(again.lines.slice(0, kept.lines.length)).toEqual(kept.lines);
    expect(await state(made)).toEqual(before);
  });

  test('full from the start: refused before the first trial, and no half of a run folder is left', async () => {
    await using made = await bench(LONG_RUN);
    await mkdir(join(made.folder, 'out'));
    const before = await state(made);
    const said = await ended(
      shell(
        made,
        `mount -t tmpfs -o size=8k tmpfs out && head -c 8k /dev/zero > out/filler
         ${COMMAND} bench.ts --wait; code=$?; find out -type f; exit $code`,
        PRIVATE,
      ),
    );
    expect(said.code, said.stderr).toBe(3);
    expect(said.stderr).toMatch(/cannot write .*ENOSPC[\s\S]*The disk is full.*--out/);
    expect(said.stdout.trim()).toBe('out/filler');
    expect(await state(made)).toEqual(before);
  });

  test('full where temporary files go: refused before anything is changed', async () => {
    await using made = await bench(LONG_RUN);
    const before = await state(made);
    const said = await ended(
      shell(
        made,
        `compiled=$(readlink tmp/tsx-*) && mount -t tmpfs -o size=300k tmpfs tmp && ln -s "$compiled" tmp/
         ${COMMAND} bench.ts --wait; code=$?; ls tmp; exit $code`,
        PRIVATE,
      ),
    );
    expect(said.code, said.stderr).toBe(3);
    expect(said.stderr).toMatch(/ENOSPC[\s\S]*The disk is full.*TMPDIR/);
    expect(said.stderr).not.toContain('defect of loadcell');
    expect(said.stdout).toMatch(/^tsx-\d+\n$/);
    expect(await state(made)).toEqual(before);
  });

  test('read-only: refused with its path and the way out', async () => {
    await using made = await bench(LONG_RUN);
    await mkdir(join(made.folder, 'out'));
    const before = await state(made);
    const said = await ended(shell(made, `mount -t tmpfs -o ro tmpfs out && exec ${COMMAND} bench.ts --wait`, PRIVATE));
    expect(said.code, said.stderr).toBe(3);
    expect(said.stderr).toContain(`${join(made.folder, 'out')}: it is not a folder that`);
    expect(said.stderr).toContain('--out');
    expect(await state(made)).toEqual(before);
  });
});

test.skipIf(!isRoot)(`somebody else’s out/ is refused before anything is touched${note}`, async () => {
  await using made = await bench(LONG_RUN);
  await chmod(made.folder, 0o755);
  await mkdir(join(made.folder, 'home'));
  await mkdir(join(made.folder, 'out'));
  const before = await state(made);
  const said = await made.run([made.file, '--wait'], { uid: 65_534, env: { HOME: join(made.folder, 'home') } });
  expect(said.code, said.stderr).toBe(3);
  expect(said.stderr).toContain(`${join(made.folder, 'out')}: it is not a folder that`);
  expect({ ...(await state(made)), temporary: [] }).toEqual({ ...before, temporary: [] });
});

/** Writes zeros until there is no room for another byte. */
async function fill(path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (const size of [65_536, 4_096, 1]) {
      const zeros = Buffer.alloc(size);
      for (let full = false; !full; ) {
        full = await file.write(zeros).then(
          ({ bytesWritten }) => bytesWritten === 0,
          (error: NodeJS.ErrnoException) => {
            if (error.code !== 'ENOSPC') throw error;
            return true;
          },
        );
      }
    }
  } finally {
    await file.close();
  }
}
