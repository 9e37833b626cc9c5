import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { allSysctls, namespacedKeys, sysctlInfo } from './catalogue.ts';
import { pathOf, scopeOf } from './sysctl/key.ts';
import { valueFault } from './sysctl/value.ts';

describe('the catalogue', () => {
  it.each(allSysctls().map((entry) => [entry.key, entry] as const))('%s is whole', (key, entry) => {
    expect(pathOf(key)).not.toBeNull();
    expect(entry.summary).toMatch(/\.$/);
    expect(entry.summaryZh).toMatch(/[\u4e00-\u9fff].*。$/);
    expect(entry.since).toMatch(/^\d/);
    if (entry.type === 'tuple') expect(entry.count).toBeGreaterThan(1);
    if (entry.type === 'choice') expect(Object.keys(entry.choices ?? {})).not.toHaveLength(0);
    if (entry.range !== null) expect(BigInt(entry.range[0]!)).toBeLessThan(BigInt(entry.range[1]!));
    const numeric = ['flag', 'choice', 'integer', 'tuple'].includes(entry.type);
    if (numeric && !entry.readOnly && entry.removedIn === null) expect(entry.range).not.toBeNull();
  });

  it('names each key once and knows nothing of others', () => {
    expect(allSysctls().length).toBeGreaterThan(90);
    expect(sysctlInfo('net.core.somaxconn')).toMatchObject({ namespaced: true, type: 'integer', default: /4096/ });
    expect(sysctlInfo('net.core.nonsense')).toBeNull();
  });
});

/** Path -> value, for files below /proc/sys/net that can be written where this runs: on the host, or in a fresh namespace. */
function writable(paths: readonly string[], where: 'host' | 'namespace'): Map<string, string> {
  const script =
    'for f; do [ -f "$f" ] && [ -w "$f" ] && printf "%s %s\\n" "$f" "$(tr "\\t\\n" "  " < "$f" 2>/dev/null)"; done; true';
  const command = ['sh', '-c', script, 'sh', ...paths];
  const [program = '', ...rest] = where === 'host' ? command : ['unshare', '-n', ...command];
  const lines = execFileSync(program, rest, { encoding: 'utf8' }).trim().split('\n');
  return new Map(lines.map((line) => [line.split(' ')[0] as string, line.slice(line.indexOf(' ') + 1).trim()]));
}

describe('this kernel, as root in a fresh network namespace', () => {
  const network = allSysctls().filter(({ key }) => key.startsWith('net.'));
  const paths = network.map(({ key }) => pathOf(key) as string);
  const keyAt = (path: string): string => path.replace('/proc/sys/', '').replaceAll('/', '.');

  test.skipIf(process.getuid?.() !== 0)(
    'has for its own just the keys that are said to be, in the catalogue or not',
    () => {
      const all = readdirSync('/proc/sys/net', { recursive: true, encoding: 'utf8' })
        .map((name) => `/proc/sys/net/${name}`)
        // Of interfaces, only those that every namespace has.
        .filter((path) => !/\/(conf|neigh)\/(?!all\/|default\/|lo\/)/.test(path));
      const host = [...writable(all, 'host').keys()];
      const inside = writable(host, 'namespace');
      const wrong = host.filter((path) => inside.has(path) !== (scopeOf(keyAt(path)) === 'namespace'));
      expect(wrong).toEqual([]);
      expect(inside.size).toBeGreaterThan(100);
      expect(host.length).toBeGreaterThan(inside.size + 20);
    },
  );

  test.skipIf(process.getuid?.() !== 0)('can be given every host value that is copied in', () => {
    const there = namespacedKeys().filter((path) => existsSync(path));
    expect([...writable(there, 'namespace').keys()]).toEqual(there);
    expect(there.every((path) => path.startsWith('/proc/sys/net/'))).toBe(true);
  });

  test.skipIf(process.getuid?.() !== 0)('holds no value that the checks would refuse', () => {
    const values = [...writable(paths, 'host')].filter(([, value]) => value !== '');
    const refused = values.filter(([path, value]) => valueFault(keyAt(path), value) !== null);
    expect(refused).toEqual([]);
    expect(values.length).toBeGreaterThan(30);
  });
});
