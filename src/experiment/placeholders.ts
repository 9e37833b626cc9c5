import Handlebars from 'handlebars';
import { nearest } from './nearest.ts';
import { shown } from './paths.ts';

/** Why each placeholder that does not exist is wrong: `unknown placeholder {{prot}}; did you mean "port"?`. Literal braces are `\{{`. */
export function badPlaceholders(text: string, known: readonly string[]): string[] {
  if (!text.includes('{{')) return [];
  try {
    return Handlebars.parse(text).body.flatMap((statement) => statementProblem(statement, text, known));
  } catch {
    return [`expected placeholders such as {{port}}, got ${shown(text)}; \\{{ stands for braces themselves`];
  }
}

function statementProblem(statement: hbs.AST.Statement, text: string, known: readonly string[]): string[] {
  if (statement.type === 'ContentStatement') return [];
  const name = statement.type === 'MustacheStatement' ? nameOf(statement as hbs.AST.MustacheStatement) : null;
  if (name === null) return [`expected nothing but names between braces, such as {{port}}, got ${shown(text)}`];
  if (known.includes(name)) return [];
  return [`unknown placeholder {{${name}}}; ${remedyFor(name, known)}`];
}

function remedyFor(name: string, known: readonly string[]): string {
  const missing = Object.hasOwn(MISSING, name) ? MISSING[name] : undefined;
  if (missing !== undefined) return missing;
  const meant = nearest(name, known);
  return meant === null ? `there are ${known.map((one) => `{{${one}}}`).join(', ')}` : `did you mean {{${meant}}}?`;
}

/** A name by itself: no helper, no parameter, no path. */
function nameOf({ path, params, hash }: hbs.AST.MustacheStatement): string | null {
  const plain = path.type === 'PathExpression' && params.length === 0 && (hash?.pairs.length ?? 0) === 0;
  return plain ? (path as hbs.AST.PathExpression).original : null;
}

const MISSING: Readonly<Record<string, string>> = {
  venv: 'it exists where the recipe has pip packages',
  build: 'it exists where the recipe has build steps',
};
