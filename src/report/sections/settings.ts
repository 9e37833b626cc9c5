import { sysctlInfo } from '../../controls/catalogue.ts';
import type { Proof } from '../../model/record.ts';
import type { Facts } from '../facts.ts';
import type { Words } from '../words.ts';
import { differingProcesses, type ProcessSetting } from './differing.ts';
import { isProcess } from './processes.ts';
import type { Section } from './section.ts';

export interface SettingsView {
  /** Those of which there is something to say. */
  environments: { name: string; note: string; processes: ProcessSetting[]; rows: SettingRow[] }[];
  /** Whether any of them has rows. */
  tables: boolean;
  /** What each kernel setting does. */
  meanings: { key: string; summary: string; caution: string }[];
}

interface SettingRow {
  key: string;
  before: string;
  asked: string;
  during: string;
  /** Whether it took, in words. */
  status: string;
  /** Why not; '' where it held. */
  detail: string;
}

/**
 * Each environment: what its author says of it, the limits and CPUs in which it differs from the others, and the settings
 * of the kernel and the machine: what each was, what it was set to, and whether that took.
 */
export const settings: Section<SettingsView> = (facts) => {
  const differing = differingProcesses(facts);
  const environments = facts.run.plan.environments
    .map(({ name, note }) => ({ name, note, processes: differing.get(name) ?? [], rows: rowsOf(facts, name) }))
    .filter(({ note, processes, rows }) => note !== '' || processes.length > 0 || rows.length > 0);
  if (environments.length === 0) return null;
  const keys = [...new Set(environments.flatMap(({ rows }) => rows.map((row) => row.key)))];
  return { environments, tables: keys.length > 0, meanings: keys.flatMap((key) => meaningOf(key, facts.words)) };
};

function rowsOf(facts: Facts, environment: string): SettingRow[] {
  const cells = facts.cells.filter((cell) => cell.environment === environment);
  const proofs = cells
    .flatMap((cell) => cell.records.flatMap((record) => record.proofs))
    .filter((proof) => !isProcess(proof));
  const rows = groupedBySetting(proofs).map(([setting, found]) => rowOf(setting, found, facts.words));
  const proven = new Set(rows.map((row) => row.key));
  for (const [key, { value }] of cells.flatMap((cell) => Object.entries(cell.plan?.settings.sysctl ?? {}))) {
    if (proven.has(key)) continue;
    proven.add(key);
    const none = facts.words.say('dash');
    rows.push({
      key,
      before: none,
      asked: value,
      during: none,
      status: facts.words.say('settings.notTried'),
      detail: '',
    });
  }
  return rows;
}

function groupedBySetting(proofs: readonly Proof[]): [setting: string, proofs: Proof[]][] {
  const groups = new Map<string, Proof[]>();
  for (const proof of proofs) groups.set(proof.setting, [...(groups.get(proof.setting) ?? []), proof]);
  return [...groups];
}

function rowOf(setting: string, proofs: readonly Proof[], words: Words): SettingRow {
  const failed = proofs.filter((proof) => !proof.held);
  return {
    key: setting.replace(/^sysctl\./, ''),
    before: distinct(
      proofs.map((proof) => proof.before),
      words,
    ),
    asked: distinct(
      proofs.map((proof) => proof.asked),
      words,
    ),
    during: distinct(
      proofs.map((proof) => proof.during),
      words,
    ),
    status: statusOf(proofs, words),
    detail: [...new Set(failed.flatMap((proof) => proof.detail || []))]
      .map((detail) => words.sentence(detail))
      .join(words.say('semicolon')),
  };
}

function distinct(values: readonly (string | null)[], words: Words): string {
  const shown = new Set(values.map((value) => (value === null ? words.say('dash') : value.replace(/\s+/g, ' '))));
  return [...shown].join(words.say('settings.or'));
}

/** Held in every trial, in some, in none; a key that reads nothing before and nothing after is not on this kernel. */
function statusOf(proofs: readonly Proof[], words: Words): string {
  const held = proofs.filter((proof) => proof.held).length;
  if (held === proofs.length) return words.say('settings.held');
  if (held > 0) {
    return words.say('settings.heldIn', { held: words.count(held), trials: words.count(proofs.length) });
  }
  const absent = proofs.every((proof) => proof.before === null && proof.during === null);
  return words.say(absent ? 'settings.absent' : 'settings.refused');
}

function meaningOf(key: string, words: Words): SettingsView['meanings'] {
  const info = sysctlInfo(key);
  if (!info) {
    const known = words.find(`setting.${key}`);
    return known === null ? [] : [{ key, summary: known, caution: '' }];
  }
  const summary = words.tag.startsWith('zh') ? info.summaryZh || info.summary : info.summary;
  return [{ key, summary, caution: words.sentence(info.caution ?? '') }];
}
