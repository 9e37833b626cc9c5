import type { Facts } from '../facts.ts';
import { caveats } from './caveats.ts';
import { comparisons } from './comparisons.ts';
import { cost } from './cost.ts';
import { machine } from './machine.ts';
import { method } from './method.ts';
import { processes } from './processes.ts';
import { rerun } from './rerun.ts';
import { servers } from './servers.ts';
import { settings } from './settings.ts';
import { summary } from './summary.ts';
import { thresholds } from './thresholds.ts';
import { title } from './title.ts';

/** The report's sections in their order. Each has a template of its name in templates/<template>/sections. */
const sections = {
  title,
  machine,
  summary,
  cost,
  comparisons,
  thresholds,
  servers,
  settings,
  processes,
  caveats,
  method,
  rerun,
} as const;

export type SectionName = keyof typeof sections;
export const sectionNames = Object.keys(sections) as SectionName[];

/** Everything that templates see: each section's data, or null where there is nothing to say. */
export type ReportView = { [Name in SectionName]: ReturnType<(typeof sections)[Name]> };

export const viewOf = (facts: Facts): ReportView =>
  Object.fromEntries(sectionNames.map((name) => [name, sections[name](facts)])) as ReportView;
