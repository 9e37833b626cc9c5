import { ExitCode, UserError } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import { sectionNames } from './sections/index.ts';
import type { Locale } from './words.ts';

/** Everything that rendering reads from disk. */
export interface Templates {
  /** Template text by name: `page`, `page.html`, one a section. */
  texts: Readonly<Record<string, string>>;
  locale: Locale;
}

export interface TemplateChoice {
  /** A folder's name in templates/, or the path of the author's own .hbs file (from the experiment's folder). */
  template: string;
  locale: string;
  /** Absolute folder that the author's path is relative to. */
  from: string;
}

/**
 * Reads templates and locale. The author's own file replaces the page only: the sections are there for it as partials
 * (`{{> summary summary}}`).
 *
 * @param folder The templates folder of loadcell, absolute.
 * @throws UserError for an unknown template or locale, with the known ones.
 */
export async function loadTemplates(host: Host, folder: string, choice: TemplateChoice): Promise<Templates> {
  const own = choice.template.endsWith('.hbs');
  const base = `${folder}/${own ? 'article' : await knownTemplate(host, folder, choice.template)}`;
  const locale = await readLocale(host, `${folder}/locales`, choice.locale);
  const names = sectionNames.map((name): [string, string] => [name, `${base}/sections/${name}.hbs`]);
  const files: [string, string][] = [
    ...names,
    ['page', own ? resolveFrom(choice.from, choice.template) : `${base}/page.hbs`],
    ['html', `${folder}/html/page.hbs`],
    ['style', `${folder}/html/style.css`],
  ];
  const texts = await Promise.all(files.map(async ([name, path]) => [name, await readTemplate(host, path)] as const));
  return { texts: Object.fromEntries(texts), locale };
}

async function knownTemplate(host: Host, folder: string, name: string): Promise<string> {
  const known: string[] = [];
  for (const one of (await host.list(folder)).sort())
    if (await host.exists(`${folder}/${one}/page.hbs`)) known.push(one);
  const templates = known.filter((one) => one !== 'html');
  if (templates.includes(name)) return name;
  throw new UserError(`report.template: there is no template ${JSON.stringify(name)}`, {
    exitCode: ExitCode.wrongInput,
    hint: `Known templates: ${templates.join(', ')}; or the path of your own .hbs file.`,
  });
}

async function readLocale(host: Host, folder: string, name: string): Promise<Locale> {
  const files = await host.list(folder);
  const known = files.flatMap((file) => /^([^.]+)\.json$/.exec(file)?.[1] ?? []).sort();
  if (!known.includes(name)) {
    throw new UserError(`report.locale: there is no locale ${JSON.stringify(name)}`, {
      exitCode: ExitCode.wrongInput,
      hint: `Known locales: ${known.join(', ')}.`,
    });
  }
  const read = async (file: string): Promise<unknown> => JSON.parse(await host.readText(`${folder}/${file}`));
  const catalogue = `${name}.messages.json`;
  const messages = files.includes(catalogue) ? ((await read(catalogue)) as Locale['messages']) : {};
  return { ...((await read(`${name}.json`)) as Omit<Locale, 'messages'>), messages };
}

async function readTemplate(host: Host, path: string): Promise<string> {
  try {
    return await host.readText(path);
  } catch (error) {
    throw new UserError(
      `report.template: ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      {
        exitCode: ExitCode.wrongInput,
        hint: 'A path is taken from the folder of the experiment file.',
        cause: error,
      },
    );
  }
}

const resolveFrom = (folder: string, path: string): string => (path.startsWith('/') ? path : `${folder}/${path}`);
