import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

/** Who may import whom, and why. A folder may import itself, and what stands in its list. */
const WALLS: Record<string, { may: string[]; why: string }> = {
  model: { may: [], why: 'the shared words depend on nobody, so that everybody can depend on them' },
  host: { may: ['model'], why: 'it touches the operating system and decides nothing' },
  controls: { may: ['model'], why: 'settings compile to data; one place applies and restores them' },
  drivers: { may: ['model'], why: 'an adapter says what to run and what it means; it runs nothing' },
  environment: { may: ['model', 'host', 'controls'], why: 'it applies what controls compiled, through a host' },
  results: { may: ['model', 'host'], why: 'records are facts; doubts are folded elsewhere' },
  analysis: { may: ['model', 'controls'], why: 'estimates and caveats are pure functions of records' },
  experiment: { may: ['model', 'controls', 'drivers'], why: 'the file as written: checked, not run' },
  plan: {
    may: ['model', 'controls', 'drivers', 'experiment'],
    why: 'pure: an experiment and a machine to cells and an order',
  },
  trial: {
    may: ['model', 'host', 'controls', 'drivers', 'environment', 'results', 'analysis'],
    why: 'one trial, given a plan',
  },
  preflight: {
    may: ['model', 'host', 'controls', 'drivers', 'environment', 'trial', 'plan'],
    why: 'asks the machine whether the plan can hold, before anything is touched',
  },
  report: { may: ['model', 'controls', 'analysis'], why: 'it sees results, not how they were made' },
  calibrate: {
    may: [
      'model',
      'host',
      'controls',
      'drivers',
      'environment',
      'results',
      'analysis',
      'trial',
      'plan',
      'preflight',
      'experiment',
    ],
    why: 'it measures loadcell itself with the real parts',
  },
  cli: {
    may: [
      'model',
      'host',
      'controls',
      'drivers',
      'environment',
      'results',
      'analysis',
      'experiment',
      'plan',
      'trial',
      'preflight',
      'report',
      'calibrate',
    ],
    why: 'the edge: it may see everything and nobody sees it',
  },
  index: { may: ['model', 'experiment'], why: 'an experiment file needs only the words to write itself' },
};

/** What only the edge may touch: effects that a host value stands for. */
const EFFECTS = [
  'node:fs',
  'node:fs/promises',
  'node:child_process',
  'node:net',
  'node:http',
  'node:os',
  'execa',
  'systeminformation',
];

const source = resolve(import.meta.dirname, '../src');

async function sources(): Promise<string[]> {
  const names = await readdir(source, { recursive: true });
  return names.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.includes('fixtures/'));
}

async function importsOf(name: string): Promise<string[]> {
  const text = await readFile(join(source, name), 'utf8');
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] as string);
}

const roomOf = (name: string): string =>
  name.includes('/') ? (name.split('/')[0] as string) : name.replace(/\.ts$/, '');

describe('who may import whom', async () => {
  for (const name of await sources()) {
    test(name, async () => {
      const room = roomOf(name);
      const wall = WALLS[room];
      expect(wall, `src/${room} is not on the map: add it to WALLS and to ARCHITECTURE.md`).toBeDefined();
      for (const target of await importsOf(name)) {
        if (target.startsWith('.')) {
          const other = roomOf(relative(source, resolve(source, dirname(name), target)));
          const outside = other.startsWith('..');
          const allowed = other === room || outside || wall?.may.includes(other);
          expect(
            allowed,
            `src/${name} imports ${target}: ${room} may import ${wall?.may.join(', ') || 'nothing'}, because ${wall?.why}`,
          ).toBe(true);
        } else if (room !== 'host' && !name.endsWith('.worker.ts')) {
          expect(
            EFFECTS,
            `src/${name} imports ${target}: only src/host and workers touch the operating system`,
          ).not.toContain(target);
        }
      }
    });
  }
});
