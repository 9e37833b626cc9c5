import { describe, expect, it } from 'vitest';
import type { Settings } from '../../model/plan.ts';
import type { ReportInput } from '../facts.ts';
import { realistic } from '../fixtures/run.ts';
import { shipped } from '../fixtures/templates.ts';
import { renderReport } from '../render.ts';

const english = await shipped('en');

/** The realistic run without kernel settings; `change` edits the settings of each cell. */
function run(notes: Record<string, string>, change: (settings: Settings, environment: string) => void): ReportInput {
  const input = structuredClone(realistic());
  for (const environment of input.run.plan.environments) environment.note = notes[environment.name] ?? '';
  for (const { settings, environment } of input.run.plan.cells) {
    settings.sysctl = {};
    change(settings, environment);
  }
  const records = input.records.map((record) => ({
    ...record,
    proofs: record.proofs.filter(({ setting }) => !setting.startsWith('sysctl.')),
  }));
  return { ...input, records };
}

/** The section's text, or null. */
function section(input: ReportInput): string | null {
  const [, text] = renderReport(input, english).markdown.split('## Environments and settings\n');
  return text?.split('\n## ')[0] ?? null;
}

describe('environments without kernel settings', () => {
  it('keep their notes, and no table is promised', () => {
    const text = section(run({ stock: 'The kernel as it is.', tuned: 'Hardly *other*.' }, () => {}));
    expect(text).toContain('### Environment stock\n\nThe kernel as it is.\n');
    expect(text).toContain('### Environment tuned\n\nHardly *other*.');
    expect(text).not.toMatch(/\||read back|What they mean/);
  });

  it('tell in which limits, CPUs and niceness they differ, and in no others', () => {
    const differing = run({}, (settings, environment) => {
      if (environment !== 'tuned') return;
      settings.ulimit.server = { ...settings.ulimit.server, nofile: 256, core: 'unlimited' };
      settings.nice.generator = -5;
      settings.cpus.server = [2, 3];
    });
    const [, stock, tuned] = section(differing)!.split('### Environment ');
    const lines = (text = ''): string[] => text.split('\n').filter((line) => line.startsWith('- '));
    expect(lines(stock)).toEqual([
      '- load generator · niceness: as it was',
      '- server · CPUs: 0',
      '- server · ulimit.core: as it was',
      '- server · open files (ulimit -n): 20000',
    ]);
    expect(lines(tuned)).toEqual([
      '- load generator · niceness: \\-5',
      '- server · CPUs: 2,3',
      '- server · ulimit.core: unlimited',
      '- server · open files (ulimit -n): 256',
    ]);
  });

  it('that say nothing and differ in nothing have no section', () => {
    expect(section(run({}, () => {}))).toBeNull();
    expect(section(run({ tuned: 'x' }, () => {}))).not.toContain('Environment stock');
  });
});
