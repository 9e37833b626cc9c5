import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { foldResults } from '../analysis/fold.ts';
import type { Host } from '../model/host.ts';
import type { Plan } from '../model/plan.ts';
import type { TrialRecord } from '../model/record.ts';
import type { Results } from '../model/result.ts';
import type { RunFile } from '../model/run.ts';
import { renderReport } from '../report/render.ts';
import { loadTemplates, type Templates } from '../report/templates.ts';
import { resultsCsv } from '../results/csv.ts';
import { type RunFolder, refuseLink } from '../results/run-folder.ts';

const TEMPLATES = fileURLToPath(new URL('../../templates', import.meta.url));

/** The report's templates and words; an unknown one is told before anything is measured. */
export const templatesOf = (host: Host, plan: Pick<Plan, 'report' | 'experiment'>): Promise<Templates> =>
  loadTemplates(host, TEMPLATES, { ...plan.report, from: dirname(plan.experiment.file) });

/**
 * Records to results to report: everything in a run folder that can be made again from its records. Each file is replaced,
 * never written through: in a folder that came from elsewhere it may be a link. Throws `UserError` for linked charts.
 */
export async function writeOutputs(
  host: Host,
  folder: RunFolder,
  run: RunFile,
  records: TrialRecord[],
  finishedAt: string,
): Promise<Results> {
  await refuseLink(host, folder.charts);
  const results = foldResults(run, records, finishedAt);
  await host.writeDurable(folder.resultsJson, `${JSON.stringify(results, null, 2)}\n`);
  await host.writeDurable(folder.resultsCsv, resultsCsv(results));
  await writeReport(host, folder, { run, results, records }, await templatesOf(host, run.plan));
  return results;
}

async function writeReport(
  host: Host,
  folder: RunFolder,
  input: { run: RunFile; results: Results; records: TrialRecord[] },
  templates: Templates,
): Promise<void> {
  const report = renderReport(input, templates);
  await host.makeFolder(folder.charts);
  for (const [name, svg] of Object.entries(report.charts)) await host.writeDurable(join(folder.charts, name), svg);
  await host.writeDurable(folder.html, report.html);
  await host.writeDurable(folder.report, report.markdown);
}
