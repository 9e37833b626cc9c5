import { describe, expect, test } from 'vitest';
import { fingerprint } from '../support/fingerprint.ts';
import { bench, ended, experiment, nodeServer } from '../support/loadcell.ts';

const good = "(_, reply) => reply.end('hello')";
const load = "load: { path: '/', duration: '500ms', connections: 4, warmup: false, driver: 'loadcell' }";
const isRoot = process.getuid?.() === 0;

/** A run that ends in each of the ways there are; the machine must not tell which. */
const ENDINGS: readonly { name: string; text: string; args?: string[]; code: number; root?: boolean }[] = [
  { name: 'a run that succeeds', text: experiment(nodeServer(good), load), code: 0 },
  {
    name: 'a definition that is wrong',
    text: experiment(nodeServer(good), 'load: { conections: 1 }'),
    code: 2,
  },
  {
    name: 'a setting that no machine has',
    text: experiment(nodeServer(good), `${load}, controls: { sysctl: { 'net.ipv4.no_such_key': 1 } }`),
    code: 3,
  },
  {
    name: 'a server that is not installed',
    text: experiment(nodeServer(good, "requires: [{ command: 'no-such-command-here' }],"), load),
    code: 4,
  },
  {
    name: 'a server that ends at once',
    text: experiment(nodeServer('process.exit(3)'), load),
    code: 4,
  },
  {
    name: 'a server that never gets ready',
    text: experiment(
      nodeServer('() => {}').replace("ready: { http: '/' }", "ready: { http: '/', timeout: '300ms' }"),
      load,
    ),
    code: 4,
  },
  {
    name: 'a server that replies something else',
    text: experiment(nodeServer("(_, reply) => reply.end('other')"), load),
    code: 4,
  },
  {
    name: 'a server that dies under load',
    text: experiment(
      nodeServer(
        "(() => { let n = 0; return (_, reply) => { if (++n > 50) process.exit(1); reply.end('hello'); }; })()",
      ),
      load,
    ),
    code: 4,
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
    name: 'trials on the host',
    text: experiment(nodeServer(good), `${load}, isolation: 'host'`),
    code: 0,
  },
];

describe('the machine is as it was after', () => {
  for (const { name, text, args = [], code, root } of ENDINGS) {
    test.skipIf(root === true && !isRoot)(root === true && !isRoot ? `${name} (needs root)` : name, async () => {
      await using made = await bench(text);
      const before = await fingerprint(made);
      const said = await made.run([made.file, ...args]);
      expect(said.code, said.stderr).toBe(code);
      expect(said.stderr).not.toMatch(/^\s+at /m);
      expect(await fingerprint(made)).toEqual(before);
    });
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    test(`${signal} in the middle of a window`, async () => {
      await using made = await bench(experiment(nodeServer(good), load.replace('500ms', '20s')));
      const before = await fingerprint(made);
      const child = made.start([made.file]);
      const end = ended(child);
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      child.kill(signal);
      const said = await end;
      expect(said.code, said.stderr).toBe(130);
      expect(await fingerprint(made)).toEqual(before);
    });
  }
});
