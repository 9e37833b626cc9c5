import { join, resolve } from 'node:path';
import { TRIAL_CHECKS } from '../../src/analysis/caveats/index.ts';
import type { Caveat } from '../../src/model/caveat.ts';
import type { CellResult } from '../../src/model/result.ts';

const recipes = resolve(import.meta.dirname, '../../experiments/servers');

/** Recipes of this project, each as good as it comes, by folder. */
export const GOOD = ['node', 'nginx', 'go', 'aiohttp', 'uwsgi', 'http-server-threaded'] as const;

/**
 * An experiment as one should be: few connections, so that no accept queue overflows; kept open where the server does
 * (uWSGI does not); warmed up; three trials.
 */
export const cleanExperiment = `import { defineExperiment } from 'loadcell';
${GOOD.map((name, i) => `import s${i} from '${join(recipes, name, 'recipe.ts')}';`).join('\n')}
export default defineExperiment({
  title: 'clean',
  servers: [${GOOD.map((_, i) => `s${i}`).join(', ')}],
  load: { path: '/info', duration: '2s', connections: 8, keepAlive: [true, false], warmup: '500ms' },
  include: [{ keepAlive: true }, { server: 'uwsgi', keepAlive: false }],
  exclude: [{ server: 'uwsgi', keepAlive: true }],
  trials: 3,
  seed: 1,
});
`;

/** What is true here and no server's doing, and why. */
const TRUE_OF_ANY: Readonly<Record<string, string>> = {
  'host-tuned': 'the host may be tuned',
  'shared-core': 'the machine may have one core',
  'host-isolation': 'an ordinary user may have no namespaces',
  'near-certified-ceiling': 'the machine may have a certificate',
  'runner-busy': 'a collection of the runner’s garbage takes some 100 ms over V8’s threads, wherever it falls',
};
const TRUE_OF: Readonly<Record<string, readonly string[]>> = {
  // ab, the strongest generator over fresh connections, is at the end of its one thread before uWSGI is (0.6 of a core).
  uwsgi: ['generator-saturated'],
};
const ENVIRONMENTAL = new Set(TRIAL_CHECKS.filter(({ environmental }) => environmental).map(({ code }) => code));
/** What a machine that is not quiet does to trials; a spread alone may be a note. */
const DISTURBED = new Set(['wide-spread', 'coordinated-omission', 'retransmits', 'latency-bound']);

/** Whether other programs had the machine while any of these was measured, by what they tell or by how far trials differ. */
export const disturbed = (cells: Iterable<CellResult>): boolean =>
  [...cells].some(
    ({ caveats, requeued }) =>
      requeued > 0 ||
      caveats.some(
        ({ code, severity }) => ENVIRONMENTAL.has(code) || (code === 'wide-spread' && severity === 'suspect'),
      ),
  );

/** Caveats that nothing here explains. */
export function unexplained(cell: CellResult, noisy: boolean): string[] {
  const explained = ({ code, severity }: Caveat): boolean =>
    ENVIRONMENTAL.has(code) ||
    (code in TRUE_OF_ANY && (severity === 'note' || code === 'shared-core')) ||
    (TRUE_OF[cell.server] ?? []).includes(code) ||
    (code === 'wide-spread' && severity === 'note') ||
    (noisy && DISTURBED.has(code));
  return cell.caveats
    .filter((caveat) => !explained(caveat))
    .map(({ code, severity, evidence }) => `${severity} ${code} ${JSON.stringify(evidence)}`);
}
