import { expect, it } from 'vitest';
import type { Sitting } from '../../model/run.ts';
import { realistic } from '../fixtures/run.ts';
import { shipped } from '../fixtures/templates.ts';
import { renderReport } from '../render.ts';

const english = await shipped('en');
const sitting = (trials: number, changed: Sitting['changed'] = []): Sitting => ({
  startedAt: '2026-11-23T10:00:00.000Z',
  loadcell: '0.1.0',
  trials,
  changed,
});

it('tells each sitting of a run that was resumed, and what had changed by then', () => {
  const input = realistic();
  input.run.resumed = [sitting(7), sitting(12, [{ where: 'kernel', what: 'it was 6.18.44, and is 6.19.0' }])];
  const { markdown } = renderReport(input, english);
  expect(markdown).toContain('Sitting 2 of 3');
  expect(markdown).toContain('when 7 trials were there');
  expect(markdown).toMatch(/Sitting 3 of 3.*\n {2}- Changed since the first sitting.*kernel.*is 6\.19\.0/);
});

it('says nothing of sittings where there was one', () => {
  expect(renderReport(realistic(), english).markdown).not.toContain('Sitting');
});
