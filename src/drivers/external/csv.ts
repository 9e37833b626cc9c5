import { linesOf } from './lines.ts';

/** The rows of a CSV text one by one (RFC 4180, quoted fields on one line or several). */
export function* rowsOf(text: string): Generator<string[]> {
  let open = '';
  for (const line of linesOf(text)) {
    const whole = open === '' ? line : `${open}\n${line}`;
    open = '';
    if (!whole.includes('"')) yield whole.split(',');
    else if (quotes(whole) % 2 === 1) open = whole;
    else yield fieldsOf(whole);
  }
  if (open !== '') yield fieldsOf(open);
}

const quotes = (text: string): number => text.split('"').length - 1;

function fieldsOf(row: string): string[] {
  const fields = `,${row}`.matchAll(/,(?:"((?:[^"]|"")*)"?|([^,]*))/g);
  return Array.from(fields, ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
}
