import { describe, expect, it } from 'vitest';
import { driveExternal, missingTools, skipNote } from '../../../tests/support/drive.ts';
import { clean } from '../../../tests/support/external-suite.ts';
import { startTruthServer } from '../../../tests/support/truth-server.ts';
import { CORES, loadOf } from '../../../tests/support/truth-server-drive.ts';
import type { Load } from '../../model/plan.ts';
import { k6 } from '../k6/driver.ts';
import { oha } from '../oha/driver.ts';
import { vegeta } from '../vegeta/driver.ts';

const SHAPES: [string, Partial<Load>][] = [
  ['GET with headers', { headers: { Accept: 'text/plain', 'X-Note': 'a "b", c' } }],
  ['HEAD', { method: 'HEAD' }],
  ['POST of 5,000 bytes', { method: 'POST', headers: { 'Content-Type': 'text/plain' }, body: 'x'.repeat(5_000) }],
  ['PUT of text beyond ASCII', { method: 'PUT', body: 'Größe\n' }],
];

describe.each([oha, vegeta, k6])('requests by $name', (driver) => {
  describe.skipIf(missingTools(driver).length > 0)(`with its binary${skipNote(driver)}`, () => {
    // On a schedule, in which k6 may drop one or make one more: the server's own count is what has to be told.
    const forty: Partial<Load> = { rate: { perSecond: 40, arrivals: 'constant' }, connections: 40 };
    // Side by side: none of them is about how long anything takes.
    it.concurrent.each(SHAPES)('%s', async (_name, shape) => {
      await using truth = await startTruthServer(CORES.server === undefined ? {} : { cpu: CORES.server });
      const load = loadOf({ ...forty, ...shape, stop: { kind: 'requests', requests: 42 } });
      const measurement = (await driveExternal(driver, load, truth)).measurement();
      const { requests, replies } = await truth.stats();
      expect(requests).toBeGreaterThan(20);
      expect(measurement.statusCounts).toEqual({ 200: requests });
      expect(replies).toBe(requests);
      expect(clean(measurement)).toBe(true);
    });
  });
});
