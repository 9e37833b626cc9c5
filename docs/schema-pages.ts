/** A JSON schema, as far as zod writes it. */
export interface JsonSchema {
  type?: string;
  description?: string;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  enum?: unknown[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
}

interface Page {
  sections: string[];
  /** Shapes that have a section already: what is written in two places is described once. */
  known: Map<string, string>;
}

/** A JSON schema as Markdown: one table an object, nested objects in sections of their own, each described once. */
export function schemaPage(schema: JsonSchema, root: string): string {
  const page: Page = { sections: [], known: new Map() };
  writeObject(page, schema, root);
  return page.sections.join('\n\n');
}

function writeObject(page: Page, schema: JsonSchema, path: string): void {
  page.known.set(shapeOf(schema), path);
  const place = page.sections.push('') - 1;
  const inner: [JsonSchema, string][] = [];
  const rows = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const at = path === 'experiment' ? name : `${path}.${name}`;
    const nested = objectsIn(property, at);
    for (const [found, where] of nested) {
      if (page.known.has(shapeOf(found))) continue;
      page.known.set(shapeOf(found), where);
      inner.push([found, where]);
    }
    const type = [...new Set([...typeParts(property), ...nested.map(([found]) => linkTo(page, found))])].join(' or ');
    const needed = schema.required?.includes(name) === true ? ' **Required.**' : '';
    return `| \`${name}\` | ${cell(type)} | ${cell(described(property))}${needed} |`;
  });
  for (const [found, where] of inner) writeObject(page, found, where);
  const about = schema.description === undefined ? '' : `${schema.description}\n\n`;
  page.sections[place] = `## ${path}\n\n${about}| key | value | |\n|---|---|---|\n${rows.join('\n')}`;
}

/** The description, which a union or a list may carry on one of its parts. */
const described = (schema: JsonSchema): string =>
  schema.description ??
  schema.anyOf?.find((one) => one.description !== undefined)?.description ??
  schema.items?.description ??
  '';

const shapeOf = (schema: JsonSchema): string => JSON.stringify(schema.properties);

function linkTo(page: Page, schema: JsonSchema): string {
  const where = page.known.get(shapeOf(schema)) ?? '';
  return `[${where}](#${where.toLowerCase().replaceAll(/[^a-z0-9 _-]/g, '')})`;
}

/** Objects with keys of their own in a property, with the path that names them. */
function objectsIn(schema: JsonSchema, path: string): [JsonSchema, string][] {
  const branches = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  const own: [JsonSchema, string][] = schema.properties === undefined ? [] : [[schema, path]];
  const listed =
    schema.items === undefined ? [] : objectsIn(schema.items, schema.type === 'array' ? `${path}[]` : path);
  const mapped =
    typeof schema.additionalProperties === 'object' ? objectsIn(schema.additionalProperties, `${path}.<name>`) : [];
  const all = [...own, ...listed, ...mapped, ...branches.flatMap((one) => objectsIn(one, path))];
  return all.filter(([found], index) => all.findIndex(([other]) => shapeOf(other) === shapeOf(found)) === index);
}

/** What may be written there, in words; objects are linked instead. */
function typeParts(schema: JsonSchema): string[] {
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches !== undefined) return unionParts(branches);
  if (schema.const !== undefined) return [`\`${JSON.stringify(schema.const)}\``];
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``);
  if (schema.properties !== undefined) return [];
  switch (schema.type) {
    case 'array':
      return schema.items === undefined
        ? ['a list']
        : typeParts(schema.items).map((one) => `a list of ${one.replace(/^a list\b/, 'lists')}`);
    case 'object':
      if (typeof schema.additionalProperties !== 'object') return ['an object'];
      return namesWith(typeParts(schema.additionalProperties));
    case 'integer':
    case 'number':
      return [rangeText(schema)];
    case 'string':
      return ['text'];
    case 'boolean':
      return ['`true`', '`false`'];
    case undefined:
      return [];
    default:
      return [schema.type];
  }
}

/** Values that are objects are linked instead. */
const namesWith = (values: readonly string[]): string[] =>
  values.length === 0 ? [] : [`names with ${values.join(' or ')}`];

/** A list of what may stand alone too is "a list of them". */
function unionParts(branches: readonly JsonSchema[]): string[] {
  const alone = new Set(branches.filter((one) => one.type !== 'array').flatMap(typeParts));
  const lists = branches
    .filter((one) => one.type === 'array')
    .flatMap((one) => {
      const items = one.items === undefined ? [] : typeParts(one.items);
      return alone.size > 0 && items.every((item) => alone.has(item)) ? ['a list of them'] : typeParts(one);
    });
  return [...alone, ...lists];
}

function rangeText({ type, minimum, maximum }: JsonSchema): string {
  const word = type === 'integer' ? 'a whole number' : 'a number';
  const low = minimum === undefined || minimum <= -Number.MAX_SAFE_INTEGER ? null : minimum;
  const high = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? null : maximum;
  if (low !== null && high !== null) return `${word}, ${low} to ${high}`;
  return low === null ? word : `${word} from ${low}`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
