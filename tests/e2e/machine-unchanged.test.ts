import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fingerprint } from '../support/fingerprint.ts';
import { type Bench, bench, experiment, nodeServer, type Said } from '../support/loadcell.ts';

const good = "(_, reply) => reply.end('hello')";
const load = "load: { path: '/', duration: '300ms', connections: 4, warmup: false, driver: 'loadcell' }";
const byAb = "load: { requests: 100, connections: 4, warmup: false, driver: 'ab' }";
const isRoot = process.getuid?.() === 0;

interface Ending {
  name: string;
  text: string;
  code: number;
  args?: (made: Bench) => string[];
  /** Needs root. */
  root?: true;
  /** Text of a program `ab` that is found before the real one. */
  ab?: string;
  /** What stderr says of it. */
  says?: RegExp;
}

/** A run that ends in each of the ways there are; the machine must not tell which. */
const ENDINGS: readonly Ending[] = [
  { name: 'a run that succeeds', text: experiment(nodeServer(good), load), code: 0 },
  {
    name: 'a definition that is wrong',
    text: experiment(nodeServer(good), 'load: { conections: 1 }'),
    code: 2,
    says: /connections/,
  },
  { name: 'a file that throws', text: "throw new Error('thrown by the file');", code: 2, says: /thrown by the file/ },
  {
    name: 'a report template that is not there',
    text: experiment(nodeServer(good), `${load}, report: { template: './no-such.hbs' }`),
    code: 2,
    says: /no-such\.hbs/,
  },
  {
    name: 'an out/ that cannot be written',
    text: experiment(nodeServer(good), load),
    // A file is in the way of the folder.
    args: (made) => ['--out', join(made.file, 'out')],
    code: 3,
    says: /--out/,
  },
  {
    name: 'a setting that no machine has',
    text: experiment(nodeServer(good), `${load}, controls: { sysctl: { 'net.ipv4.no_such_key': 1 } }`),
    code: 3,
    says: /no_such_key/,
  },
  {
    name: 'a server that is not installed',
    text: experiment(nodeServer(good, "requires: [{ command: 'no-such-command-here' }],"), load),
    code: 4,
    says: /no-such-command-here/,
  },
  {
    name: 'a build step that fails',
    text: experiment(nodeServer(good, "build: { inputs: ['bench.ts'], steps: [['sh', '-c', 'exit 7']] },"), load),
    code: 4,
    says: /building/,
  },
  {
    name: 'a generator that is not installed',
    text: experiment(nodeServer(good), byAb),
    ab: 'echo another program of that name',
    code: 4,
    says: /ab/,
  },
  {
    name: 'a generator that aborts',
    text: experiment(nodeServer(good), byAb),
    ab: 'case "$1" in -V) echo "This is ApacheBench, Version 2.3";; *) echo went wrong >&2; exit 9;; esac',
    code: 4,
    says: /went wrong/,
  },
  {
    name: 'a server that ends at once',
    text: experiment(nodeServer('process.exit(3)'), load),
    code: 4,
    says: /code 3/,
  },
  {
    name: 'a server that never gets ready',
    text: experiment(
      nodeServer('() => {}').replace("ready: { http: '/' }", "ready: { http: '/', timeout: '300ms' }"),
      load,
    ),
    code: 4,
    says: /not ready/,
  },
  {
    name: 'a server that replies something else',
    text: experiment(nodeServer("(_, reply) => reply.end('other')"), load),
    code: 4,
    says: /other/,
  },
  {
    name: 'a server that dies under load, leaving a daemon behind',
    text: experiment(
      nodeServer(
        "(() => { let n = 0; return (_, reply) => { if (++n === 2) require('node:child_process').spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' }).unref(); if (n > 5) process.exit(1); reply.end('hello'); }; })()",
      ),
      load,
    ),
    // There is a number; it is struck through.
    code: 0,
    says: /failed, .* invalid: /,
  },
  {
    name: 'host-wide settings',
    text: experiment(
      nodeServer(good),
      `${load}, controls: { sysctl: { 'vm.swappiness': 61, 'net.core.somaxconn': 512 } }`,
    ),
    code: 0,
    root: true,
  },
  {
    name: 'trials on the host, whose server leaves a daemon behind',
    text: experiment(
      nodeServer(
        "(() => { require('node:child_process').spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' }).unref(); return (_, reply) => reply.end('hello'); })()",
      ),
      `${load}, isolation: 'host'`,
    ),
    code: 0,
  },
];

async function runTo({ args, ab }: Ending, made: Bench): Promise<Said> {
  const bin = join(made.folder, 'bin');
  if (ab !== undefined) {
    await mkdir(bin);
    await writeFile(join(bin, 'ab'), `#!/bin/sh\n${ab}\n`);
    await chmod(join(bin, 'ab'), 0o755);
  }
  return made.run([made.file, ...(args?.(made) ?? [])], {
    env: { PATH: [bin, process.env.PATH].join(delimiter), XDG_CACHE_HOME: join(made.folder, 'cache') },
  });
}

describe('the machine is as it was after', () => {
  for (const ending of ENDINGS) {
    const { name, text, code, root, says } = ending;
    const lacksRoot = root === true && !isRoot;
    test.skipIf(lacksRoot)(lacksRoot ? `${name} (skipped: needs root)` : name, async () => {
      await using made = await bench(text);
      const before = await fingerprint(made);
      const said = await runTo(ending, made);
      expect(said.code, said.stderr).toBe(code);
      if (says !== undefined) expect(said.stderr).toMatch(says);
      expect(said.stderr).not.toMatch(/^\s+at |defect of loadcell/m);
      expect(await fingerprint(made)).toEqual(before);
    });
  }
});
