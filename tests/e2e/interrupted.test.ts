import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { fingerprint } from '../support/fingerprint.ts';
import { type Bench, bench, ended, experiment, nodeServer, OWN_NETWORK, type Said } from '../support/loadcell.ts';

/** Long enough that nothing here ends by itself before the test's own limit. */
const LONG = '300s';
/** A server's or a build's own sign that the run has come so far: a file beside the experiment. */
const sign = "require('node:fs').writeFileSync(process.env.TMPDIR + '/../sign', '')";
const atRequest = (n: number): string =>
  `(() => { let n = 0; return (_, reply) => { if (++n === ${n}) ${sign}; reply.end('hello'); }; })()`;
const load = (more: string): string => `load: { path: '/', connections: 4, driver: 'loadcell', ${more} }`;
const short = load("duration: '200ms', warmup: false");

/** Requests before the load: one until ready, one to check the reply. */
const FIRST_OF_LOAD = 3;

const PHASES: Record<string, string> = {
  build: experiment(
    nodeServer(
      '() => {}',
      `build: { inputs: ['bench.ts'], steps: [['sh', '-c', 'touch "$TMPDIR/../sign"; sleep 300']] },`,
    ),
    short,
  ),
  'start of a server': experiment(
    nodeServer(`(() => { ${sign}; return () => {}; })()`).replace(
      "ready: { http: '/' }",
      `ready: { http: '/', timeout: '${LONG}' }`,
    ),
    short,
  ),
  'check of the reply': experiment(
    nodeServer(`(() => { let n = 0; return (_, reply) => { if (++n === 2) ${sign}; else reply.end('hello'); }; })()`),
    short,
  ),
  'warm-up': experiment(nodeServer(atRequest(FIRST_OF_LOAD)), load(`duration: '200ms', warmup: '${LONG}'`)),
  window: experiment(nodeServer(atRequest(FIRST_OF_LOAD)), load(`duration: '${LONG}', warmup: false`)),
  'window on the host': experiment(
    nodeServer(atRequest(FIRST_OF_LOAD)),
    `${load(`duration: '${LONG}', warmup: false`)}, isolation: 'host'`,
  ),
  'stop of a server': experiment(
    nodeServer(
      `(process.on('SIGTERM', () => ${sign}), (_, reply) => reply.end('hello'))`,
      `stop: { patience: '${LONG}' },`,
    ),
    short,
  ),
};

async function signed(made: Bench, end: Promise<Said>): Promise<void> {
  let over: Said | null = null;
  void end.then((said) => {
    over = said;
  });
  for (;;) {
    if (
      await access(join(made.folder, 'sign')).then(
        () => true,
        () => false,
      )
    )
      return;
    if (over !== null) throw new Error((over as Said).stderr);
    await sleep(20);
  }
}

interface Way {
  signal: NodeJS.Signals;
  /** To every process of the terminal's foreground group, as Ctrl-C does. */
  group?: boolean;
  times?: number;
}

/** Interrupts the command once it has come to its sign, with what there was of it at that time. */
async function interrupt(made: Bench, { signal, group = false, times = 1 }: Way, before: readonly string[] = []) {
  const child = made.start([made.file], {
    before,
    detached: group,
    env: { XDG_CACHE_HOME: join(made.folder, 'cache') },
  });
  const end = ended(child);
  await signed(made, end);
  const during = await fingerprint(made);
  for (let n = 0; n < times; n += 1) process.kill((group ? -1 : 1) * (child.pid as number), signal);
  return { said: await end, during };
}

/** One letter of /proc/PID/stat: `T` is stopped. */
const stateOf = async (pid: number): Promise<string | undefined> =>
  /\) (\w)/.exec(await readFile(`/proc/${pid}/stat`, 'utf8'))?.[1];

const listed = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

describe('an interrupted run leaves the machine as it was, and says so', () => {
  for (const [phase, text] of Object.entries(PHASES)) {
    test(`in the ${phase}`, async () => {
      await using made = await bench(text);
      const before = await fingerprint(made);
      const { said, during } = await interrupt(
        made,
        { signal: 'SIGINT' },
        phase.endsWith('on the host') ? OWN_NETWORK : [],
      );
      // What is looked for is there to be seen: an empty list afterwards means something.
      expect(during.processes).not.toEqual([]);
      expect(during.temporary).not.toEqual([]);
      expect(said.code, said.stderr).toBe(130);
      expect(said.stderr).toMatch(/interrupted/i);
      expect(said.stderr).not.toMatch(/^\s+at |defect of loadcell/m);
      expect(await fingerprint(made)).toEqual(before);
      expect(await listed(join(made.folder, 'cache/loadcell/build'))).toEqual([]);
    });
  }

  const isRoot = process.getuid?.() === 0;
  test.skipIf(!isRoot)(`with settings of the machine in force${isRoot ? '' : ' (skipped: needs root)'}`, async () => {
    const settings = "controls: { sysctl: { 'vm.swappiness': 61, 'net.core.somaxconn': 512 } }";
    const window = load(`duration: '${LONG}', warmup: false`);
    await using made = await bench(experiment(nodeServer(atRequest(FIRST_OF_LOAD)), `${window}, ${settings}`));
    const before = await fingerprint(made);
    const { said, during } = await interrupt(made, { signal: 'SIGINT' });
    expect(during.sysctls).toContain('/proc/sys/vm/swappiness = 61');
    // What is the namespace's own is not the machine's.
    expect(during.sysctls).not.toContain('/proc/sys/net/core/somaxconn = 512');
    expect(during.ledger).not.toEqual([]);
    expect(said.code, said.stderr).toBe(130);
    expect(await fingerprint(made)).toEqual(before);
  });

  const ways: Record<string, Way> = {
    'a Ctrl-C that reaches all its processes': { signal: 'SIGINT', group: true },
    'an impatient second Ctrl-C': { signal: 'SIGINT', times: 2 },
    SIGTERM: { signal: 'SIGTERM' },
    'SIGHUP, a closed terminal': { signal: 'SIGHUP' },
  };
  test.each(Object.entries(ways))('by %s', async (_name, way) => {
    await using made = await bench(PHASES.window as string);
    const before = await fingerprint(made);
    const { said, during } = await interrupt(made, way);
    expect(during.namespaces).not.toEqual([]);
    expect(said.code, said.stderr).toBe(130);
    expect(await fingerprint(made)).toEqual(before);
  });

  // In a stage that is the stage's work; a build runs outside of one.
  describe.each(['namespace', 'host'])('a build step that lives in a session of its own (%s)', (isolation) => {
    const stepped = (last: string): string => {
      const step = `setsid -f sleep 300; ${last}`;
      const build = `build: { inputs: ['bench.ts'], steps: [['sh', '-c', '${step}']] },`;
      return experiment(nodeServer("(_, reply) => reply.end('hello')", build), `${short}, isolation: '${isolation}'`);
    };
    const daemons = (during: { processes: string[] }): number =>
      during.processes.filter((line) => line.includes('sleep 300')).length;

    test.each(['SIGKILL', 'SIGINT'] as const)('ends with a run that gets %s in the build', async (signal) => {
      await using made = await bench(stepped('touch "$TMPDIR/../sign"; sleep 300'));
      const before = await fingerprint(made);
      const { said, during } = await interrupt(made, { signal });
      expect(daemons(during)).toBeGreaterThan(1);
      if (signal === 'SIGKILL') expect(said.signal).toBe(signal);
      else expect(said.code, said.stderr).toBe(130);
      await expect.poll(() => fingerprint(made), { timeout: 20_000 }).toEqual(before);
    });

    test('ends with the build, before anything is measured', async () => {
      await using made = await bench(stepped('true'));
      const before = await fingerprint(made);
      const child = made.start([made.file], {
        before: isolation === 'host' ? OWN_NETWORK : [],
        env: { LOADCELL_FAULT: 'trial-started:SIGSTOP', XDG_CACHE_HOME: join(made.folder, 'cache') },
      });
      const end = ended(child);
      await expect.poll(() => stateOf(child.pid as number), { timeout: 60_000 }).toBe('T');
      const during = await fingerprint(made);
      child.kill('SIGCONT');
      expect(daemons(during)).toBe(0);
      const said = await end;
      expect(said.code, said.stderr).toBe(0);
      expect(await fingerprint(made)).toEqual(before);
    });
  });

  test('while the experiment file is loaded', async () => {
    await using made = await bench(
      `import { writeFileSync } from 'node:fs';
       writeFileSync(new URL('./sign', import.meta.url), '');
       await new Promise((resolve) => setTimeout(resolve, 300_000));
       export default {};`,
    );
    const before = await fingerprint(made);
    const { said } = await interrupt(made, { signal: 'SIGINT' });
    // Nothing has begun, and nothing catches the signal: a shell calls that 130.
    expect(said).toMatchObject({ code: null, signal: 'SIGINT' });
    expect(await fingerprint(made)).toEqual(before);
  });
});

test('Ctrl-C keeps what was measured, and the report is written of it', async () => {
  // The second start of the server is the second trial.
  const second = `(() => { const fs = require('node:fs'), first = process.env.TMPDIR + '/../first';
    const again = fs.existsSync(first); fs.writeFileSync(first, ''); let n = 0;
    return (_, reply) => { if (++n === ${FIRST_OF_LOAD} && again) ${sign}; reply.end('hello'); }; })()`;
  await using made = await bench(
    experiment(nodeServer(second), `${load("duration: '1s', warmup: false")}`).replace('trials: 1', 'trials: 5'),
  );
  const { said } = await interrupt(made, { signal: 'SIGINT' });
  expect(said.code, said.stderr).toBe(130);
  const records = await made.records();
  expect(records.map((record) => record.outcome.kind)).toEqual(['measured']);
  const results = await made.results();
  expect(results.run.complete).toBe(false);
  expect(results.cells[0]?.requestsPerSecond?.n).toBe(1);
  expect(await made.report()).toContain('1 of 5');
  expect(said.stdout.trim()).toMatch(/report\.md$/);
  expect(await readFile(said.stdout.trim(), 'utf8')).toBe(await made.report());
  expect(said.stderr).toContain('--resume');
});
