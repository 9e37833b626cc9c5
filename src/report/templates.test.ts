import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { localHost } from '../host/local.ts';
import { UserError } from '../model/errors.ts';
import { realistic } from './fixtures/run.ts';
import { shipped, templatesFolder } from './fixtures/templates.ts';
import { renderReport } from './render.ts';
import { loadTemplates } from './templates.ts';

const host = localHost();
const folder = await mkdtemp(join(tmpdir(), 'loadcell-templates-'));
afterAll(() => rm(folder, { recursive: true }));

describe('templates are strict', async () => {
  const english = await shipped('en');
  const withSection = (text: string) => () =>
    renderReport(realistic(), { ...english, texts: { ...english.texts, machine: text } }).markdown;

  it.each([
    '{{absent}}',
    '{{#if absent}}x{{/if}}',
    '{{#each absent}}x{{/each}}',
    '{{#unless absent}}x{{/unless}}',
    '{{text absent}}',
  ])('a name that the view lacks fails: %s', (text) => expect(withSection(text)).toThrow(/absent/));

  it('fails in a nested item too, and names what there is', () => {
    expect(withSection('{{#each rows}}{{#if lable}}x{{/if}}{{/each}}')).toThrow(
      /machine\.rows\[0\] has no "lable": it has label, value/,
    );
  });

  it('fails for words that the locale lacks, and for a parameter that they want', () => {
    expect(withSection('{{t "no.such.key"}}')).toThrow(/no words for "no.such.key"/);
    expect(withSection('{{t "load.connections"}}')).toThrow(/want \{count\}/);
  });

  it('fails as the user’s error, with the template’s name', () => {
    expect(withSection('{{absent}}')).toThrow(UserError);
    expect(withSection('{{#if}')).toThrow(/template machine/);
  });
});

describe('the author’s own template', () => {
  it('replaces the page and has the sections as partials', async () => {
    await writeFile(
      join(folder, 'own.hbs'),
      '# Mine: {{text title.title}}\n\n{{#if summary}}{{> summary summary}}{{/if}}\n',
    );
    const templates = await loadTemplates(host, templatesFolder, { template: './own.hbs', locale: 'en', from: folder });
    const { markdown, html } = renderReport(realistic(), templates);
    expect(markdown).toMatch(/^# Mine: Python against nginx\n\n## Summary\n/);
    expect(markdown).not.toContain('## Method');
    expect(html).toContain('<h1 id="s1">Mine: Python against nginx</h1>');
  });

  it('that is not there is the user’s error', async () => {
    const choice = { template: 'absent.hbs', locale: 'en', from: folder };
    await expect(loadTemplates(host, templatesFolder, choice)).rejects.toThrow(/absent\.hbs cannot be read/);
  });

  it('of an unknown name lists the known ones', async () => {
    const error = await loadTemplates(host, templatesFolder, { template: '../../etc', locale: 'en', from: '/' }).catch(
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).hint).toMatch(/Known templates: article;/);
  });
});

describe('locales', async () => {
  const names = (await readdir(join(templatesFolder, 'locales')))
    .filter((file) => !file.endsWith('.messages.json'))
    .map((file) => file.replace('.json', ''));
  const locales = await Promise.all(names.map(shipped));

  it('that are unknown are the user’s error, with the known ones', async () => {
    const error = await loadTemplates(host, templatesFolder, { template: 'article', locale: 'tlh', from: '/' }).catch(
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).hint).toBe('Known locales: en, zh-CN.');
  });

  /** Keys but singular forms and catalogues of names, which a language may lack. */
  const keys = (words: object): string[] =>
    Object.keys(words)
      .filter((key) => !/\.one$|^(?:caveat|setting|process)\./.test(key))
      .sort();

  it('have the same words and want the same parameters', () => {
    const [first, ...others] = locales.map(({ locale }) => locale.words);
    const parameters = (text: string | undefined): string[] =>
      [...(text ?? '').matchAll(/\{\w+\}/g)].map(([name]) => name).sort();
    for (const words of others) {
      expect(keys(words)).toEqual(keys(first!));
      for (const key of keys(words)) expect(parameters(words[key]), key).toEqual(parameters(first![key]));
    }
  });

  it('have every word that templates and code ask for by name', async () => {
    const sources = (await readdir(import.meta.dirname, { recursive: true })).filter(
      (name) => name.endsWith('.ts') && !/fixtures|\.test\./.test(name),
    );
    const code = await Promise.all(sources.map((name) => readFile(join(import.meta.dirname, name), 'utf8')));
    const [first] = locales.map(({ locale }) => locale);
    const rooms = new Set(Object.keys(first!.words).map((key) => key.split('.')[0]));
    const literals = code.flatMap((text) =>
      [...text.matchAll(/'([a-z]\w*(?:\.[\w%-]+)*)'/gi)].map(([, key]) => key as string),
    );
    const asked = new Set([
      ...code.flatMap((text) => [...text.matchAll(/\bsay\('([^']+)'/g)].map(([, key]) => key as string)),
      ...literals.filter((key) => key.includes('.') && rooms.has(key.split('.')[0])),
      ...Object.values(locales[0]!.texts).flatMap((text) =>
        [...text.matchAll(/[{(]t "([^"]+)"/g)].map(([, key]) => key as string),
      ),
    ]);
    expect(asked.size).toBeGreaterThan(80);
    for (const { locale } of locales)
      for (const key of asked) expect(Object.keys(locale.words), `${locale.name}: ${key}`).toContain(key);
  });
});
