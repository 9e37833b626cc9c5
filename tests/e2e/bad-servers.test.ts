import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drivers } from '../../src/drivers/index.ts';
import type { TrialRecord } from '../../src/model/record.ts';
import type { CellResult, Results } from '../../src/model/result.ts';
import { missingTools } from '../support/drive.ts';
import { type Bench, bench, codesOf, experiment, type Said } from '../support/loadcell.ts';
import { loadOf } from '../support/truth-server-drive.ts';

/**
 * Servers that reply well while they are looked at and misbehave under load, through the whole command: whatever the
 * driver, what comes of such a trial is no number, or a number that is marked for what it is.
 */
const program = join(import.meta.dirname, 'fixtures/misbehaving-server.mjs');

/** How a server misbehaves, and the caveats of which one at least must stand on a number that was measured all the same. */
const BAD: Record<string, readonly string[]> = {
  'closes-kept-connections': ['server-closed-connections'],
  'closes-with-notice': ['server-closed-connections'],
  'answers-500': ['non-2xx'],
  'answers-a-wrong-body': ['mismatched-replies', 'reply-changed'],
  refuses: ['requests-failed', 'reply-changed'],
  hangs: ['requests-failed', 'reply-changed'],
  dies: ['server-died', 'requests-failed', 'reply-changed'],
  resets: ['requests-failed', 'reply-changed'],
  'answers-half': ['requests-failed', 'reply-changed'],
  'speaks-no-http': ['requests-failed', 'reply-changed'],
};

const serverText = (how: string): string => `{
  name: '${how}',
  folder: import.meta.url,
  command: ['{{node}}', ${JSON.stringify(program)}, '${how}', '{{port}}', '{{address}}'],
  ready: { tcp: true },
  reply: { status: 200, body: 'hello' },
  stop: { patience: '1s' },
}`;

/**
 * Every driver meets these, which some do not see by themselves; all are met by our own (each driver is held against all
 * of them beside its code).
 */
const FOR_ALL = ['closes-with-notice', 'answers-a-wrong-body'];
const here = drivers.filter((driver) => missingTools(driver).length === 0);
/** As short as the driver can: some take whole seconds only. */
const loads = here.flatMap((driver) => {
  const durationMs = [300, 1_000].find(
    (ms) => driver.refuses(loadOf({ stop: { kind: 'duration', durationMs: ms } })) === null,
  );
  return durationMs === undefined ? [] : [{ driver: driver.name, duration: `${durationMs}ms` }];
});
const loadText = loads.map((load) => ({ ...load, connections: 4, keepAlive: true, warmup: false, timeout: '1s' }));
/** h2load waits for ever for a connection that is closed with notice, until our deadline of some 20 s: such a trial fails. */
const WAITS = { server: 'closes-with-notice', driver: 'h2load' };
const include = [{ driver: 'loadcell' }, ...FOR_ALL.map((server) => ({ server }))];

let made: Bench;
let said: Said;
let results: Results;
let records: TrialRecord[];
let report: string;
beforeAll(async () => {
  made = await bench(
    experiment(
      Object.keys(BAD).map(serverText).join(','),
      `load: ${JSON.stringify(loadText)}, include: ${JSON.stringify(include)}, exclude: ${JSON.stringify([WAITS])}`,
    ),
  );
  said = await made.run();
  if (!said.stdout.endsWith('report.md\n')) throw new Error(said.stderr);
  results = await made.results();
  records = await made.records();
  report = await made.report();
}, 400_000);
afterAll(async () => {
  await made[Symbol.asyncDispose]();
});

/** The summary's row of a cell: under its load's heading, the one that begins with the server's name. */
function rowOf(cell: CellResult): string {
  const [, ...sections] = report.slice(0, report.indexOf('\n## ', report.indexOf('## Summary') + 1)).split('\n### ');
  const section = sections.find((one) => one.split('\n')[0]?.split(/[ ,]/)[0] === cell.load.driver) ?? '';
  return section.split('\n').find((line) => line.startsWith(`| ${cell.server} |`)) ?? '';
}

for (const [how, codes] of Object.entries(BAD)) {
  describe(`a server that ${how.replaceAll('-', ' ')}`, () => {
    const met = loads
      .map(({ driver }) => driver)
      .filter(
        (driver) =>
          driver === 'loadcell' || (FOR_ALL.includes(how) && !(how === WAITS.server && driver === WAITS.driver)),
      );
    test.each(met)('is no good number to %s', (driver) => {
      const cell = results.cells.find((one) => one.server === how && one.load.driver === driver) as CellResult;
      const record = records.findLast((one) => one.cell === cell.id);
      expect(cell.verdict).not.toBe('valid');
      if (cell.requestsPerSecond === null) {
        expect(record?.outcome.kind).toMatch(/^(server|load)-failed$/);
        expect(cell.reason).toBeTruthy();
        expect(said.code).toBe(4);
      } else {
        expect(codesOf(cell)).toSatisfy((found: string[]) => codes.some((code) => found.includes(code)));
        expect(rowOf(cell).split('|')[2]).toMatch(/\[\^[\w-]+\]/);
      }
      expect(rowOf(cell)).toMatch(/\| (suspect|invalid) \|$/);
    });
  });
}

test('progress calls none of them simply ok', () => {
  const lines = said.stderr.split('\n').filter((line) => line.includes(' trial 1: '));
  expect(lines.length).toBeGreaterThanOrEqual(results.cells.length);
  expect(lines.filter((line) => line.includes(': ok, ') && !line.includes(', suspect: '))).toEqual([]);
});

test('the command tells that some cell has no number, and keeps stdout for its result', () => {
  expect(results.cells.some((cell) => cell.requestsPerSecond === null)).toBe(true);
  expect(said.code).toBe(4);
  expect(said.stdout.trim().split('\n')).toHaveLength(1);
  expect(said.stderr).not.toMatch(/^\s+at /m);
});

describe('a server that is not well from the start', () => {
  const cases: Record<string, { server: string; reason: RegExp }> = {
    'answers 500': { server: "(_, reply) => { reply.statusCode = 500; reply.end('hello'); }", reason: /500/ },
    'answers a wrong body': { server: "(_, reply) => reply.end('jello')", reason: /jello/ },
    hangs: { server: '() => undefined', reason: /not ready|no reply/ },
    dies: { server: 'process.exit(3)', reason: /code 3/ },
  };
  test('is not measured at all', async () => {
    const servers = Object.entries(cases).map(
      ([name, { server }]) => `{
        name: '${name.replaceAll(' ', '-')}', folder: import.meta.url, ready: { http: '/', timeout: '1s' }, reply: { body: 'hello' },
        command: ['{{node}}', '-e', ${JSON.stringify(`require('node:http').createServer(${server}).listen({{port}}, '{{address}}')`)}],
      }`,
    );
    // Never listens: it is ready by its own word only.
    servers.push(`{
      name: 'refuses', folder: import.meta.url, ready: { log: 'up' }, reply: { body: 'hello' },
      command: ['{{node}}', '-e', "console.log('up'); setInterval(() => undefined, 1000)"],
    }`);
    await using other = await bench(
      experiment(servers.join(','), "load: { duration: '300ms', driver: 'loadcell', warmup: false }"),
    );
    const told = await other.run();
    expect(told.code, told.stderr).toBe(4);
    const { cells } = await other.results();
    expect(cells).toHaveLength(5);
    for (const cell of cells) {
      expect(cell).toMatchObject({ verdict: 'invalid', requestsPerSecond: null, latencyUs: null, trials: 0 });
      const expected = cases[cell.server.replaceAll('-', ' ')]?.reason ?? /ECONNREFUSED/;
      expect(cell.reason).toMatch(expected);
      expect(await other.report()).toContain(cell.server);
    }
    for (const { outcome } of await other.records()) expect(outcome.kind).toBe('server-failed');
  });
});
