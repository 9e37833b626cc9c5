import { chartsOf } from './charts/index.ts';
import { engine } from './engine.ts';
import { factsOf, type ReportInput } from './facts.ts';
import { pageOf } from './html/page.ts';
import { tidy } from './markdown/tidy.ts';
import { type ReportView, sectionNames, viewOf } from './sections/index.ts';
import type { Templates } from './templates.ts';
import { wordsOf } from './words.ts';

export type { ReportInput } from './facts.ts';

export interface Report {
  markdown: string;
  /** A page of its own: no network, no other file. */
  html: string;
  /** SVG text by file name; the Markdown links them as charts/<name>. */
  charts: Readonly<Record<string, string>>;
}

/** A run's results as a report: results -> view -> sections -> Markdown. Pure; the same input gives the same bytes. */
export function renderReport(input: ReportInput, templates: Templates): Report {
  const words = wordsOf(templates.locale);
  const facts = factsOf(input, words);
  const view: ReportView = viewOf(facts);
  const render = engine(templates.texts, words);
  const rendered = sectionNames.flatMap((name) => (view[name] === null ? [] : [render(name, view[name])]));
  const markdown = tidy(render('page', { ...view, sections: rendered }));
  const charts = chartsOf(facts);
  const html = render('html', pageOf(markdown, charts, templates.texts.style ?? '', words));
  return { markdown, html, charts };
}
