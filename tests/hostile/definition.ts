import fc from 'fast-check';
import type { MachineFacts } from '../../src/model/machine.ts';

/** Four CPUs on two cores: enough for every way of placing. */
export const MACHINE: MachineFacts = {
  hostname: 'bench',
  cpu: { model: 'CPU', logical: 4, physical: 2, sockets: 1, microcode: null },
  memoryBytes: 8 * 1024 ** 3,
  kernel: '6.1.0',
  os: 'Debian GNU/Linux 12',
  virtualization: null,
  topology: [0, 1, 2, 3].map((cpu) => ({
    cpu,
    core: cpu % 2,
    socket: 0,
    node: 0,
    siblings: [cpu % 2, (cpu % 2) + 2],
    isolated: false,
  })),
  allowedCpus: [0, 1, 2, 3],
  cpuQuota: null,
  governor: null,
  turbo: null,
  smt: true,
  transparentHugepages: 'madvise',
  aslr: '2',
  clocksource: 'tsc',
  nofileHard: 20_000,
  kernelCommandLine: null,
  vulnerabilities: {},
  loadAverage: [0, 0, 0],
  node: 'v20.20.0',
  bootId: 'boot',
};

/** A definition that says something in every field. New each time: mutations write into it. */
export const wholeDefinition = (): Record<string, unknown> => ({
  title: 'Everything',
  notes: '# Why\n\nBecause.',
  servers: [
    {
      name: 'one',
      title: 'One',
      note: 'A `note`.',
      folder: 'file:///srv/recipes/one/recipe.ts',
      requires: [
        {
          command: 'one',
          apt: 'one-bin',
          install: [['make', 'PREFIX={{bin}}']],
          verify: { command: ['one', '-v'], pattern: 'one (\\S+)' },
        },
      ],
      pip: ['aiohttp==3.14.5'],
      build: { inputs: ['main.c'], steps: [['cc', '-o', '{{build}}/one', 'main.c']] },
      files: { 'one.conf': 'one.conf.hbs', 'conf.d/site.conf': 'site.conf.hbs' },
      command: ['{{build}}/one', '-c', '{{trial}}/one.conf', '-p', '{{port}}', '; touch /tmp/owned', '$(id)'],
      cwd: '{{trial}}',
      port: 8080,
      ready: { http: '/', timeout: '5s' },
      reply: { status: 200, body: 'hello', headers: { 'X-One': '1' } },
      keepAlive: true,
      version: { command: ['{{recipe}}/one', '-v'], pattern: 'one/(\\S+)' },
      stop: { signal: 'SIGINT', patience: '2s' },
      show: ['one.conf'],
      controls: { nice: 5 },
    },
    { name: 'two', folder: '/srv/recipes/two', command: ['two', '{{port}}'], ready: { log: 'listening' } },
  ],
  environments: {
    stock: {},
    tuned: {
      note: 'Tuned.',
      sysctl: { 'net.core.somaxconn': 4096, 'net.ipv4.tcp_rmem': { value: [1, 2, 3], optional: true } },
      network: { rateMbit: 10, delayMs: 1, lossPercent: 0.1 },
    },
  },
  controls: {
    cpus: { server: [0], generator: '1-2' },
    ulimit: { server: { nofile: 1000, core: 0 }, generator: { nofile: 2000 } },
    nice: { server: 0, generator: -5 },
    env: { MODE: 'fast' },
    governor: 'performance',
    turbo: false,
    transparentHugepages: 'never',
    aslr: 0,
  },
  load: [
    {
      path: ['/', '/info?x=1'],
      method: 'POST',
      headers: { Accept: '*/*' },
      body: 'x',
      requests: 1000,
      connections: [10, 100],
      keepAlive: [true, false],
      warmup: { requests: 200 },
      timeout: '1s',
    },
    { driver: 'loadcell', duration: '2s', rate: [100], arrivals: 'poisson', connections: 10, pipelining: 1 },
  ],
  include: [{ server: 'one' }, { server: 'two', environment: 'stock' }],
  exclude: [{ server: 'two', connections: 100 }],
  trials: 3,
  seed: 7,
  isolation: 'auto',
  baseline: { server: 'one', environment: 'stock' },
  thresholds: [{ match: { server: 'one' }, metric: 'errors', max: 0 }],
  report: { template: 'article', locale: 'en' },
});

/** What stands where something else should. Made anew for each use: some refer to themselves. */
const WRONG: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  NaN: () => Number.NaN,
  infinity: () => Number.POSITIVE_INFINITY,
  'huge number': () => 1e308,
  'above safe integers': () => 2 ** 60,
  'negative number': () => -1,
  fraction: () => 0.1,
  bigint: () => 10n ** 30n,
  symbol: () => Symbol('x'),
  function: () => () => 'x',
  class: () => class Server {},
  date: () => new Date(Number.NaN),
  map: () => new Map([['name', 'one']]),
  promise: () => Promise.resolve({}),
  regexp: () => /(a+)+$/iu,
  'empty list': () => [],
  'sparse list': () => new Array(3),
  'long list': () => Array.from({ length: 600 }, (_, index) => index),
  'nested list': () => [[[[[]]]]],
  'empty object': () => ({}),
  'object without a prototype': () => Object.create(null),
  'own __proto__': () =>
    JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}'),
  'throwing getter': () =>
    Object.defineProperty({}, 'name', { enumerable: true, get: () => fail('a getter of the definition') }),
  'throwing toString': () => ({
    toString: () => fail('toString of the definition'),
    toJSON: () => fail('toJSON of the definition'),
  }),
  'throwing proxy': () =>
    new Proxy({}, { get: () => fail('a proxy'), ownKeys: () => fail('a proxy'), has: () => fail('a proxy') }),
  'revoked proxy': () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  cycle: () => {
    const self: Record<string, unknown> = {};
    self.self = self;
    self.list = [self];
    return self;
  },
  'thing that throws text': () => Object.defineProperty({}, 'x', { enumerable: true, get: () => throwing('text') }),
  'thing that throws nothing': () =>
    Object.defineProperty({}, 'x', { enumerable: true, get: () => throwing(undefined) }),
  'thing that throws an odd error': () =>
    Object.defineProperty({}, 'x', { enumerable: true, get: () => throwing(Object.create(null)) }),
};

function fail(what: string): never {
  throw new Error(`${what} threw\nwith a second line`);
}
function throwing(what: unknown): never {
  throw what;
}

/** Text that tries to be more than text: paths, placeholders, shells, terminals, other lines. */
export const TEXTS: readonly string[] = [
  '',
  ' ',
  '.',
  '..',
  './',
  './/server.stdout.log',
  './/load/x',
  'a/',
  'a//b',
  './one.conf',
  'one.conf/x',
  '../../../etc/passwd',
  '/etc/passwd',
  'a/../../b',
  '..\\..\\x',
  '%2e%2e%2f',
  'file:///etc/passwd',
  'file://other.example/x',
  'file:///%00',
  'C:\\x',
  '-rf',
  '--upload-pack=x',
  '; rm -rf /',
  '$(id)',
  '`id`',
  '| id',
  'a\nb',
  'a\r\nX-Evil: 1',
  'nul\0byte',
  '\u001b[2J\u001b]0;x\u0007',
  '\u202egpj.exe',
  '\ud800',
  '成功',
  'é',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  '{{port}}',
  '{{prot}}',
  '{{#each this}}{{/each}}',
  '{{{trial}}}',
  '{{constructor.constructor}}',
  '{{> x}}',
  '{{',
  '//evil.example/',
  'http://evil.example/',
  '/@evil.example/',
  '/\\evil.example',
  '/..//evil.example',
  '/?http://evil.example/',
  'net.core..somaxconn',
  'net/core/../../etc',
  'net.core.somaxconn',
  'kernel.core_pattern',
  '..net',
  '10s',
  '1e9s',
  '99999999999999999999s',
  '0s',
  '0-8191',
  '3-1',
  'auto',
  '(a+)+$',
  '(?<n>',
  '=1+1',
  '<script>alert(1)</script>',
  '# heading',
  'x'.repeat(300),
  'x'.repeat(100_000),
];

const wrongValue: fc.Arbitrary<() => unknown> = fc.oneof(
  fc.constantFrom(...Object.entries(WRONG)).map(([name, make]) => named(name, make)),
  fc.constantFrom(...TEXTS).map((text) => named(JSON.stringify(text.slice(0, 40)), () => text)),
  fc.string({ unit: 'binary', maxLength: 30 }).map((text) => named(JSON.stringify(text), () => text)),
  fc.integer().map((number) => named(String(number), () => number)),
  fc.double().map((number) => named(String(number), () => number || 0)),
  fc.boolean().map((flag) => named(String(flag), () => flag)),
);

/** A counterexample is printed by its name: what a getter throws cannot be printed. */
const named = (name: string, make: () => unknown): (() => unknown) =>
  Object.assign(make.bind(null), { [fc.toStringMethod]: () => name });

const key = fc.oneof(
  fc.constantFrom(...TEXTS.filter((text) => text.length < 1_000)),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('conections', 'nmae', 'heders', 'sysctls'),
);

export interface Mutation {
  /** Which of the definition's places, modulo their number. */
  at: number;
  how: 'replace' | 'delete' | 'rename' | 'add' | 'repeat' | 'wrap';
  key: string;
  value: () => unknown;
}

export const mutations: fc.Arbitrary<Mutation[]> = fc.array(
  fc.record({
    at: fc.nat(100_000),
    how: fc.constantFrom('replace', 'replace', 'replace', 'replace', 'delete', 'rename', 'add', 'repeat', 'wrap'),
    key,
    value: wrongValue,
  }),
  { minLength: 1, maxLength: 3 },
);

type Holder = Record<PropertyKey, unknown>;

/** The whole definition with something wrong, or merely odd, in it. */
export function mutated(changes: readonly Mutation[]): unknown {
  const root: Holder = { definition: wholeDefinition() };
  for (const change of changes) mutate(placesOf(root), change);
  return root.definition;
}

function mutate(places: readonly { holder: Holder; key: PropertyKey }[], { at, how, key, value }: Mutation): void {
  const place = places[at % places.length];
  if (place === undefined) return;
  const { holder } = place;
  const old = Object.getOwnPropertyDescriptor(holder, place.key)?.value as unknown;
  const isList = isListed(old);
  if (how === 'replace') set(holder, place.key, value());
  else if (how === 'wrap') set(holder, place.key, at % 2 === 0 ? [old] : { [key]: old });
  else if (how === 'repeat') set(holder, place.key, isList ? [...old, ...old] : [old, old]);
  else if (how === 'delete' || how === 'rename') {
    Reflect.deleteProperty(holder, place.key);
    if (how === 'rename') set(holder, key, old);
  } else if (isList) old.push(value());
  else set(typeof old === 'object' && old !== null ? (old as Holder) : holder, key, value());
}

/** Asking a revoked proxy, which an earlier mutation put there, throws. */
function isListed(value: unknown): value is unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/** An own property, whatever its name: `__proto__` too. A revoked proxy takes none. */
function set(holder: Holder, key: PropertyKey, value: unknown): void {
  try {
    Reflect.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

/** Every property of plain lists and objects; what an earlier mutation put there and cannot be read is left alone. */
function placesOf(root: Holder): { holder: Holder; key: PropertyKey }[] {
  const seen = new Set<unknown>();
  const places: { holder: Holder; key: PropertyKey }[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    for (const key of ownKeys(value)) {
      places.push({ holder: value as Holder, key });
      const inner = Object.getOwnPropertyDescriptor(value, key)?.value as unknown;
      visit(inner);
    }
  };
  visit(root);
  return places;
}

function ownKeys(value: object): string[] {
  try {
    return Object.keys(value);
  } catch {
    return [];
  }
}
