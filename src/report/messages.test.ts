import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CASES } from '../analysis/fixtures/cases.ts';
import { edited } from '../analysis/fixtures/clean.ts';
import { foldResults } from '../analysis/fold.ts';
import { allSysctls } from '../controls/catalogue.ts';
import { type Sentence, sentencesOfTheSource } from './fixtures/sentences.ts';
import { shipped, templatesFolder } from './fixtures/templates.ts';
import { translatorOf } from './messages.ts';

describe('a sentence', () => {
  const say = translatorOf(
    {
      'It is full.': '已满。',
      '{count} requests failed: {reason}.': '{count} 个请求失败：{reason:sentence}。',
      '{driver} ended with {how}': '{driver} 结束，{how}',
      '{driver} ended with {how}: {said}': '{driver} 结束，{how}：{said}',
      '{found} where {asked} was asked': '要求 {asked}，实际 {found}',
      'no reply': '没有响应',
    },
    '；',
  );

  it.each([
    ['It is full.', '已满。'],
    ['3 requests failed: no reply.', '3 个请求失败：没有响应。'],
    ['3 requests failed: read tcp: EOF.', '3 个请求失败：read tcp: EOF。'],
    ['ab ended with signal SIGKILL', 'ab 结束，signal SIGKILL'],
    ['ab ended with exit code 1: no reply', 'ab 结束，exit code 1：no reply'],
    ['1 where 2 was asked', '要求 2，实际 1'],
    ['no reply; It is full.', '没有响应；已满。'],
    ['no reply; Segmentation fault', '没有响应；Segmentation fault'],
  ])('%s', (english, chinese) => expect(say(english)).toBe(chinese));

  it.each(['', 'Is it full.', ' requests failed: x.', '3 requests failed: .', 'a; b', '__proto__', 'constructor'])(
    'that the catalogue lacks stays as it is: %j',
    (text) => expect(say(text)).toBe(text),
  );

  it('takes a value as it is, whatever it holds', () => {
    for (const value of ['$&', '{count}', '{reason:sentence}', 'a\nb', '.'])
      expect(say(`1 where ${value} was asked`)).toBe(`要求 ${value}，实际 1`);
  });
});

const catalogues = (await readdir(join(templatesFolder, 'locales'))).filter((file) => file.endsWith('.messages.json'));
const languages = catalogues.map((file) => file.replace('.messages.json', ''));

it('there is a Chinese catalogue', () => expect(languages).toContain('zh-CN'));

describe.each(languages)('the catalogue of %s', async (language) => {
  const { messages } = (await shipped(language)).locale;
  const say = translatorOf(messages, '; ');
  const cautions = allSysctls().flatMap(({ caution }) => caution ?? []);
  let sentences: Sentence[] = [];
  beforeAll(async () => {
    sentences = await sentencesOfTheSource();
  });

  /** Values as a run would have them. */
  const example = (text: string): string => text.replaceAll('{}', '7');
  /** As it came, or with English left in it: three small words in a row. */
  const untranslated = (text: string): boolean =>
    say(example(text)) === example(text) || /\b[a-z]+ [a-z]+ [a-z]+\b/.test(say(example(text)));
  const missing = (wanted: (sentence: Sentence) => boolean, least: number): string[] => {
    const found = sentences.filter((one) => /[a-z]{2} [a-z]{2}/.test(one.text) && wanted(one)).map(({ text }) => text);
    expect(new Set(found).size, 'the search finds too little: mend it').toBeGreaterThanOrEqual(least);
    return [...new Set(found)].filter(untranslated);
  };

  it('has every message and next step that a caveat can have, as they stand in the source', () => {
    const caveat = ({ file, text }: Sentence): boolean => /^analysis\/caveats\//.test(file) && /\.$/.test(text);
    const told = ({ becomes }: Sentence): boolean => !/^(?:reveals|source)$/.test(becomes);
    expect(missing((one) => caveat(one) && told(one), 90)).toEqual([]);
  });

  it('has every message and next step of the caveats’ cases', () => {
    const caveats = CASES.flatMap(({ raises }) => {
      const { run, records } = edited(raises);
      return foldResults(run, records.slice(0, run.plan.trials), '2026-11-23T09:06:00.000Z').cells[0]?.caveats ?? [];
    });
    const english = caveats.flatMap(({ message, nextStep }) => [message, nextStep]);
    expect(new Set(english).size).toBeGreaterThan(70);
    expect(english.filter(untranslated)).toEqual([]);
  });

  it('has every note of a driver, and why one gives no latency', () => {
    const note = ({ file, text, becomes }: Sentence): boolean =>
      /^drivers\/\w+\/(?!driver\.ts)/.test(file) && (/\.$/.test(text) || /^(?:notes|latencyMissing)$/.test(becomes));
    expect(missing(note, 40)).toEqual([]);
  });

  it('has why a trial gave no measurement', () => {
    const errors = new Set(['ServerFailed', 'DriverError', 'ApplyError']);
    expect(missing(({ givenTo }) => errors.has(givenTo), 12)).toEqual([]);
  });

  it('has why a load can be driven by none', () => {
    const refusal = ({ file, becomes }: Sentence): boolean =>
      /^drivers\/\w+\/refusal\.ts$/.test(file) || (file === 'drivers/choose.ts' && becomes === 'problem');
    expect(missing(refusal, 40)).toEqual([]);
  });

  it('has why a setting did not hold, was not tried, or why the trials ran where they did', () => {
    const places =
      /^(?:trial\/(?:prove|trial)|environment\/(?:apply|stage\/(?:sysctl|probe))|controls\/[\w-]+|preflight\/(?:settings|isolation))\.ts$/;
    const parts = new Set(['detail', 'refusal', 'reason', 'what']);
    const returned = /^environment\/(?:stage\/(?:sysctl|probe)|restore)\.ts$/;
    const wanted = ({ file, becomes }: Sentence): boolean =>
      (places.test(file) && parts.has(becomes)) || (returned.test(file) && becomes === 'return');
    expect(missing(wanted, 30)).toEqual([]);
  });

  it('has what to know about each kernel setting', () => {
    expect(cautions.length).toBeGreaterThan(70);
    expect(cautions.filter(untranslated)).toEqual([]);
  });

  it('has no sentence that nobody writes', () => {
    const written = [...sentences.map(({ text }) => text), ...cautions].flatMap((text) => [text, ...text.split('; ')]);
    const examples = [...new Set(written.map(example))].join('\n');
    const form = (text: string): RegExp =>
      new RegExp(
        `^${text
          .split(/\{\w+\}/)
          .map((piece) => piece.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
          .join('.+')}$`,
        'm',
      );
    expect(Object.keys(messages).filter((text) => !form(text).test(examples))).toEqual([]);
  });

  it('has every value of a sentence once in its translation, and no other', () => {
    const values = (text: string): string[] =>
      [...text.matchAll(/\{(\w+)(?::sentence)?\}/g)].map((m) => m[1] as string).sort();
    for (const [text, translation] of Object.entries(messages)) {
      expect(values(translation), text).toEqual(values(text));
      expect(new Set(values(text)).size, text).toBe(values(text).length);
    }
  });

  it('keeps the names of settings and options, and the versions, as they are', () => {
    const names = (text: string): string[] =>
      text.match(/(?<![\w.])(?:net\.[\w.]+\w|--\w+|[A-Z]{3,}_\w+|\d+(?:\.\d+)+)/g) ?? [];
    for (const [text, translation] of Object.entries(messages))
      for (const name of names(text)) expect(translation, text).toContain(name);
  });
});
