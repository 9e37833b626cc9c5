import type { Caveat } from '../../model/caveat.ts';
import { type CellFacts, caveatsByCode } from '../facts.ts';
import { clip } from '../markdown/escape.ts';
import type { Words } from '../words.ts';
import type { Section } from './section.ts';

export interface CaveatsView {
  items: CaveatItem[];
}

interface CaveatItem {
  code: string;
  /** The code in words, where the locale has them; '' otherwise. */
  title: string;
  /** Cells with the same message and severity stand together. */
  cases: { severity: string; message: string; nextStep: string; cells: { label: string; evidence: Evidence[] }[] }[];
}

interface Evidence {
  name: string;
  value: string;
}

/** Every doubt with its evidence and what to do about it. */
export const caveats: Section<CaveatsView> = (facts) => {
  const items = caveatsByCode(facts).map(({ code, found }): CaveatItem => {
    const cases = new Map<string, CaveatItem['cases'][number]>();
    for (const { cell, caveat } of found) addCase(cases, cell, caveat, facts.words);
    return { code, title: facts.words.find(`caveat.${code}`) ?? '', cases: [...cases.values()] };
  });
  return items.length === 0 ? null : { items };
};

function addCase(cases: Map<string, CaveatItem['cases'][number]>, cell: CellFacts, caveat: Caveat, words: Words): void {
  const key = JSON.stringify([caveat.severity, caveat.message, caveat.nextStep]);
  const known = cases.get(key) ?? {
    severity: words.say(`severity.${caveat.severity}`),
    message: words.sentence(caveat.message),
    nextStep: words.sentence(caveat.nextStep),
    cells: [],
  };
  const evidence = Object.entries(caveat.evidence).map(([name, value]) => ({
    name,
    value: evidenceText(name, value, words),
  }));
  known.cells.push({ label: cell.label, evidence });
  cases.set(key, known);
}

/** Evidence in a server's own words: never taken for a sentence of loadcell's. */
const LOG = 'log';

function evidenceText(name: string, value: Caveat['evidence'][string], words: Words): string {
  if (value === null) return words.say('notReadable');
  if (typeof value === 'string') return clip(name === LOG ? value : words.sentence(value), 300);
  if (typeof value === 'boolean') return String(value);
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}
