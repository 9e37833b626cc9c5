import { expect, it } from 'vitest';
import { rowsOf } from './csv.ts';

it('reads plain and quoted fields, empty ones, and one over two lines', () => {
  const text = 'a,,c\r\n"x, ""y""",2,\n"one\ntwo",3,4\n,,"end"\n';
  expect([...rowsOf(text)]).toEqual([
    ['a', '', 'c'],
    ['x, "y"', '2', ''],
    ['one\ntwo', '3', '4'],
    ['', '', 'end'],
  ]);
});
