import { describe, expect, test } from 'vitest';
import { ExitCode, UserError } from '../model/errors.ts';
import { checkExperiment } from './load-file.ts';

const server = { name: 'one', folder: '/srv/one', command: ['one', '{{port}}'] };
const valid = { title: 'T', servers: [server], load: { connections: 5 } };

/** The problems of a definition as they are printed. */
function told(given: unknown): string[] {
  try {
    checkExperiment(given, 'x.ts');
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.exitCode).toBe(ExitCode.wrongInput);
    return error.problems.map(
      ({ where, what, remedy }) => `${where}: ${what}${remedy === undefined ? '' : ` -> ${remedy}`}`,
    );
  }
  return [];
}

test('a valid definition has no problems', () => {
  expect(told(valid)).toEqual([]);
});

test('everything that is wrong is told at once, each with its path', () => {
  const given = {
    title: '',
    servers: [
      server,
      { ...server, name: 'Two!', ready: { http: 'info', timeout: 10 } },
      { ...server, comand: ['x'], reply: { status: 99 }, stop: { signal: 'SIGHUP' } },
    ],
    load: { conections: [10], keepAlive: 'yes', requests: 0, duration: '10s' },
    baseline: 'ngnix',
    thresholds: [{ metric: 'rps', max: 3 }],
    trials: 2.5,
  };
  expect(told(given)).toMatchInlineSnapshot(`
    [
      "title: expected at least 1 character, got """,
      "servers[1].name: expected a name of a-z, 0-9, ".", "_" and "-" that starts with a letter or digit, got "Two!"",
      "servers[1].ready.http: expected a path starting with "/", got "info"",
      "servers[1].ready.timeout: expected a time with its unit, such as "500ms", "10s" or "2min", got 10",
      "servers[2].reply.status: expected at least 100, got 99",
      "servers[2].stop.signal: expected "SIGTERM", "SIGINT", "SIGQUIT" or "SIGKILL", got "SIGHUP"",
      "servers[2].comand: unknown key "comand"; did you mean "command"?",
      "load.requests: expected more than 0, got 0",
      "load.keepAlive: expected true or false; or a list, got "yes"",
      "load.conections: unknown key "conections"; did you mean "connections"?",
      "trials: expected a whole number, got 2.5",
      "thresholds[0].metric: expected "requestsPerSecond", "latencyUs.p50", "latencyUs.p90", "latencyUs.p99", "latencyUs.p999", "latencyUs.max" or "errors", got "rps"",
      "servers[2].name: "one" is the name of servers[0] already -> { ...recipe, name: "another-name" } measures a recipe twice",
      "baseline: no server is called "ngnix"; there are one, Two!",
      "load.duration: expected either requests or duration, not both",
    ]
  `);
});

describe('one thing wrong', () => {
  const cases: Record<string, unknown> = {
    'no object': 7,
    'a list': [valid],
    nothing: undefined,
    'no servers': { ...valid, servers: [] },
    'a server by name': { ...valid, servers: ['nginx'] },
    'no load': { title: 'T', servers: [server] },
    'a load without an axis value': { ...valid, load: { connections: [] } },
    'a wrong entry of an axis': { ...valid, load: { connections: [10, '100'] } },
    'a second load': { ...valid, load: [{ connections: 5 }, { connectons: 5 }] },
    'a method': { ...valid, load: { method: 'get' } },
    'a path with a space': { ...valid, load: { path: '/a b' } },
    'a path': { ...valid, load: { path: 'info' } },
    'a bare number as a time': { ...valid, load: { timeout: 10 } },
    'a time of days': { ...valid, load: { duration: '1000h' } },
    'a warm-up': { ...valid, load: { warmup: true } },
    'a warm-up of no requests': { ...valid, load: { warmup: { requests: 0 } } },
    'both ends': { ...valid, load: { requests: 10, duration: '1s' } },
    'an open loop by requests': { ...valid, load: { requests: 10, rate: 100 } },
    'arrivals of a closed loop': { ...valid, load: { arrivals: 'poisson' } },
    'a header that load decides': { ...valid, load: { headers: { Connection: 'close' } } },
    'a header with a line break': { ...valid, load: { headers: { 'X-A': 'a\r\nb' } } },
    'ready in two ways': { ...valid, servers: [{ ...server, ready: { http: '/', tcp: true } }] },
    'ready in no way': { ...valid, servers: [{ ...server, ready: { timeout: '1s' } }] },
    'a misspelled way to be ready': { ...valid, servers: [{ ...server, ready: { htpp: '/' } }] },
    'a shell string': { ...valid, servers: [{ ...server, command: 'nginx -c x' }] },
    'a placeholder': { ...valid, servers: [{ ...server, command: ['x', '{{prot}}'] }] },
    'a placeholder of pip': { ...valid, servers: [{ ...server, command: ['{{venv}}/bin/python'] }] },
    'a placeholder of the trial in a build': {
      ...valid,
      servers: [{ ...server, build: { inputs: ['a.c'], steps: [['cc', '-o', '{{trial}}/a']] } }],
    },
    'a block in a placeholder': { ...valid, servers: [{ ...server, command: ['x', '{{#if port}}1{{/if}}'] }] },
    'open braces': { ...valid, servers: [{ ...server, command: ['x', '{{port'] }] },
    'a file outside': { ...valid, servers: [{ ...server, files: { '../x': 'x.hbs' } }] },
    'a file of ours': { ...valid, servers: [{ ...server, files: { 'load/x': 'x.hbs' } }] },
    'a folder': { ...valid, servers: [{ ...server, folder: 'servers/one' }] },
    'a package that is an option': { ...valid, servers: [{ ...server, pip: ['--index-url=http://x'] }] },
    'an apt package that is an option': {
      ...valid,
      servers: [{ ...server, requires: [{ command: 'x', apt: '-oX=y' }] }],
    },
    'a pattern': { ...valid, servers: [{ ...server, version: { command: ['x'], pattern: '(' } }] },
    'a pattern with flags': { ...valid, servers: [{ ...server, ready: { log: /ready/i } }] },
    'a name twice': { ...valid, servers: [server, { ...server, title: 'again' }] },
    'an environment name': { ...valid, environments: { 'Stock kernel': {} } },
    'no environments': { ...valid, environments: {} },
    'a misspelled control of an environment': { ...valid, environments: { 'a-b': { sysctls: {} } } },
    'a sysctl key': { ...valid, controls: { sysctl: { '../../etc/passwd': 1 } } },
    'a sysctl value': { ...valid, controls: { sysctl: { 'net.core.somaxconn': 1.5 } } },
    'a sysctl that is not': { ...valid, controls: { sysctl: { 'net.core.somaxconn': { value: 1, optinal: true } } } },
    'CPUs backwards': { ...valid, controls: { cpus: '3-1' } },
    'CPUs of a role': { ...valid, controls: { cpus: { servr: [0] } } },
    'open files without end': { ...valid, controls: { ulimit: { nofile: 'unlimited' } } },
    'limits with and without a role': { ...valid, controls: { ulimit: { nofile: 5, server: { nofile: 6 } } } },
    'a limit': { ...valid, controls: { ulimit: { nofiles: 5 } } },
    niceness: { ...valid, controls: { nice: { server: -21 } } },
    aslr: { ...valid, controls: { aslr: 3 } },
    'a network': { ...valid, controls: { network: { delay: 5 } } },
    'an unknown server': { ...valid, exclude: [{ server: 'won' }] },
    'an unknown environment': { ...valid, baseline: { environment: 'stock' } },
    'an unknown axis': { ...valid, include: [{ conections: 5 }] },
    'an empty baseline': { ...valid, baseline: {} },
    'a threshold without a bound': { ...valid, thresholds: [{ metric: 'errors' }] },
    'a threshold upside down': { ...valid, thresholds: [{ metric: 'errors', min: 5, max: 1 }] },
    'a locale': { ...valid, report: { locale: 'English' } },
    'a value that holds itself': { ...valid, title: circular() },
    'a key of every object': { ...valid, constructor: 1 },
  };
  test('is told in one line', () => {
    const all = Object.fromEntries(Object.entries(cases).map(([name, given]) => [name, told(given)]));
    for (const [name, problems] of Object.entries(all)) expect(problems, name).toHaveLength(1);
    expect(Object.fromEntries(Object.entries(all).map(([name, [one]]) => [name, one]))).toMatchInlineSnapshot(`
      {
        "CPUs backwards": "controls.cpus: expected CPU numbers such as [0, 1] or "0-1,3", "auto" or false, got "3-1"",
        "CPUs of a role": "controls.cpus.servr: unknown key "servr"; did you mean "server"?",
        "a bare number as a time": "load.timeout: expected a time with its unit, such as "500ms", "10s" or "2min"; or a list, got 10",
        "a block in a placeholder": "servers[0].command[1]: expected nothing but names between braces, such as {{port}}, got "{{#if port}}1{{/if}}"",
        "a file of ours": "servers[0].files["load/x"]: loadcell keeps its own files of a trial under this name; expected another one",
        "a file outside": "servers[0].files["../x"]: a path inside the folder: relative, and without ".", ".." and empty parts was expected as the key",
        "a folder": "servers[0].folder: expected import.meta.url, or an absolute path, got "servers/one"",
        "a header that load decides": "load.headers["Connection"]: is not the experiment's to set: keepAlive decides it",
        "a header with a line break": "load.headers["X-A"]: expected one line of Latin-1 characters, got "a\\r\\nb"",
        "a key of every object": "constructor: unknown key "constructor" -> known here: title, notes, servers, environments, controls, load, include, exclude, trials, seed, isolation, baseline, thresholds, report",
        "a limit": "controls.ulimit.nofiles: unknown key "nofiles"; did you mean "nofile"?",
        "a list": "the experiment: expected an object, got [{"title":"T","servers":[{"name":"one","folder":"/srv/one...",
        "a load without an axis value": "load.connections: expected at least 1 entry, got []",
        "a locale": "report.locale: expected a language such as "en" or "zh-CN", got "English"",
        "a method": "load.method: expected a method in capitals, such as "GET", got "get"",
        "a misspelled control of an environment": "environments["a-b"].sysctls: unknown key "sysctls"; did you mean "sysctl"?",
        "a misspelled way to be ready": "servers[0].ready.htpp: unknown key "htpp"; did you mean "http"?",
        "a name twice": "servers[1].name: "one" is the name of servers[0] already -> { ...recipe, name: "another-name" } measures a recipe twice",
        "a network": "controls.network.delay: unknown key "delay"; did you mean "delayMs"?",
        "a package that is an option": "servers[0].pip[0]: expected a requirement such as "aiohttp==3.14.5"; options are not taken, got "--index-url=http://x"",
        "a path": "load.path: expected a path starting with "/", got "info"",
        "a path with a space": "load.path: expected a path as it is sent: without spaces and "#", other characters percent-encoded, got "/a b"",
        "a pattern": "servers[0].version.pattern: expected a regular expression (Unterminated group), got "("",
        "a pattern with flags": "servers[0].ready.log: expected a regular expression without the flags "i": only its source is kept, got /ready/i",
        "a placeholder": "servers[0].command[1]: unknown placeholder {{prot}}; did you mean {{port}}?",
        "a placeholder of pip": "servers[0].command[0]: unknown placeholder {{venv}}; it exists where the recipe has pip packages",
        "a placeholder of the trial in a build": "servers[0].build.steps[0][2]: unknown placeholder {{trial}}; there are {{recipe}}, {{node}}, {{build}}",
        "a second load": "load[1].connectons: unknown key "connectons"; did you mean "connections"?",
        "a server by name": "servers[0]: expected an object, got "nginx"",
        "a shell string": "servers[0].command: expected a list of words, such as ["nginx", "-v"]; there is no shell, got "nginx -c x"",
        "a sysctl key": "controls.sysctl["../../etc/passwd"]: a sysctl key with dots, such as "net.core.somaxconn" was expected as the key",
        "a sysctl that is not": "controls.sysctl["net.core.somaxconn"].optinal: unknown key "optinal"; did you mean "optional"?",
        "a sysctl value": "controls.sysctl["net.core.somaxconn"]: expected a whole number, a list of them, text, true, false, or {value, optional}, got 1.5",
        "a threshold upside down": "thresholds[0]: expected min to be at most max, got 5 and 1",
        "a threshold without a bound": "thresholds[0]: expected min, max or both",
        "a time of days": "load.duration: expected a time of at most 24h, got "1000h"",
        "a value that holds itself": "title: expected text, got an object",
        "a warm-up": "load.warmup: expected a time such as "2s", {requests: n} or false; or a list, got true",
        "a warm-up of no requests": "load.warmup.requests: expected more than 0, got 0",
        "a wrong entry of an axis": "load.connections[1]: expected a number, got "100"",
        "an apt package that is an option": "servers[0].requires[0].apt: expected the name of a Debian package, got "-oX=y"",
        "an empty baseline": "baseline: expected server, environment or both",
        "an environment name": "environments["Stock kernel"]: a name of a-z, 0-9, ".", "_" and "-" that starts with a letter or digit was expected as the key",
        "an open loop by requests": "load.requests: expected duration instead, because of rate: an open loop runs for a time",
        "an unknown axis": "include[0].conections: unknown key "conections"; did you mean "connections"?",
        "an unknown environment": "baseline.environment: no environment is called "stock"; there is default",
        "an unknown server": "exclude[0].server: no server is called "won"; there is one",
        "arrivals of a closed loop": "load.arrivals: expected rate as well: arrivals belong to an open loop",
        "aslr": "controls.aslr: expected 0, 1 or 2, got 3",
        "both ends": "load.duration: expected either requests or duration, not both",
        "limits with and without a role": "controls.ulimit.server: does not go together with the other keys here",
        "niceness": "controls.nice.server: expected at least -20, got -21",
        "no environments": "environments: expected at least one environment",
        "no load": "load: is missing; expected an object or a list",
        "no object": "the experiment: expected an object, got 7",
        "no servers": "servers: expected at least 1 entry, got []",
        "nothing": "the experiment: is missing; expected an object",
        "open braces": "servers[0].command[1]: expected placeholders such as {{port}}, got "{{port"; \\{{ stands for braces themselves",
        "open files without end": "controls.ulimit.nofile: expected a number, got "unlimited"",
        "ready in no way": "servers[0].ready: expected exactly one of http, tcp and log, got none of them",
        "ready in two ways": "servers[0].ready: expected exactly one of http, tcp and log, got http and tcp",
      }
    `);
  });
});

test('what cannot be read is told, not thrown', () => {
  const given = {
    ...valid,
    get notes(): string {
      throw new Error('not today');
    },
  };
  expect(told(given)).toEqual(['the experiment: cannot be read: not today -> write it as plain values']);
});

function circular(): unknown {
  const one: Record<string, unknown> = {};
  one.self = one;
  return one;
}
