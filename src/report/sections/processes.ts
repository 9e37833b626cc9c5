import type { Proof } from '../../model/record.ts';
import type { CellFacts, Facts } from '../facts.ts';
import type { Words } from '../words.ts';
import type { Section } from './section.ts';

export interface ProcessesView {
  severalEnvironments: boolean;
  rows: ProcessRow[];
}

interface ProcessRow {
  role: string;
  setting: string;
  environment: string;
  /** Whose processes: all servers, or which. */
  servers: string;
  asked: string;
  found: string;
  held: boolean;
  /** Trials behind the row. */
  trials: string;
  detail: string;
}

/** Limits and CPUs as they were read from the live server and generator, not as they were asked for. */
export const processes: Section<ProcessesView> = (facts) => {
  const rows = groupsOf(facts).map((group) => rowOf(group, facts));
  return rows.length === 0 ? null : { severalEnvironments: facts.severalEnvironments, rows };
};

/** What was asked for one process setting, apart for where it held and where it did not. */
interface Group {
  setting: string;
  asked: string;
  held: boolean;
  found: { cell: CellFacts; proof: Proof }[];
}

function groupsOf(facts: Facts): Group[] {
  const groups = new Map<string, Group>();
  for (const cell of facts.cells) {
    for (const proof of cell.records.flatMap((record) => record.proofs)) {
      if (!isProcess(proof)) continue;
      const { setting, asked, held } = proof;
      const key = JSON.stringify([setting, asked, held]);
      const group = groups.get(key) ?? { setting, asked, held, found: [] };
      group.found.push({ cell, proof });
      groups.set(key, group);
    }
  }
  return [...groups.values()].sort((a, b) => (a.setting < b.setting ? -1 : a.setting > b.setting ? 1 : 0));
}

/** A setting of the server's or the generator's processes, not of the kernel. */
export const isProcess = (proof: Proof): boolean => /^(?:server|generator)\./.test(proof.setting);

/** `server.ulimit.nofile` in words. */
export function processSetting(name: string, words: Words): Pick<ProcessRow, 'role' | 'setting'> {
  const [role = '', ...rest] = name.split('.');
  const setting = rest.join('.');
  return { role: words.say(`role.${role}`), setting: words.find(`process.${setting}`) ?? setting };
}

function rowOf(group: Group, { cells, words }: Facts): ProcessRow {
  const cellsTried = cells.filter((cell) => cell.records.some((record) => record.proofs.some(isProcess)));
  const all = (of: (cell: CellFacts) => string): string => {
    const own = new Set(group.found.map(({ cell }) => of(cell)));
    return own.size === new Set(cellsTried.map(of)).size ? words.say('all') : [...own].join(words.say('load.comma'));
  };
  const proofs = group.found.map(({ proof }) => proof);
  return {
    ...processSetting(group.setting, words),
    environment: all((cell) => cell.environment),
    servers: all((cell) => cell.server),
    asked: group.asked,
    found: [...new Set(proofs.map((proof) => proof.during ?? words.say('dash')))].join(words.say('load.comma')),
    held: group.held,
    trials: words.count(proofs.length),
    detail: [...new Set(proofs.flatMap((proof) => (group.held ? [] : (proof.detail ?? []))))]
      .slice(0, 3)
      .map((detail) => words.sentence(detail))
      .join(words.say('semicolon')),
  };
}
