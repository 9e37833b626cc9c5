import type { PlanChanges } from '../model/plan.ts';

/** What the command line says about a run; absent = as the experiment says. */
export interface RunOptions extends PlanChanges {
  install?: boolean;
  seed?: number;
  resume?: boolean;
  changed?: boolean;
  out?: string;
  wait?: boolean;
  json?: boolean;
  template?: string;
  locale?: string;
}

/** The part that run.json keeps, for the report's line to run it again. */
export function planChanges({ only, trials, driver, isolation, quick, relax }: RunOptions): PlanChanges {
  const said = Object.entries({ only, trials, driver, isolation, quick, relax });
  return Object.fromEntries(said.filter(([, value]) => value !== undefined)) as PlanChanges;
}
