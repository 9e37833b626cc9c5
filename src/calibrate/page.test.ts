import { expect, test } from 'vitest';
import { certificate } from './fixtures/certificate.ts';
import { calibrationPage, MARKS, withDriverTable } from './page.ts';
import { certificateTables } from './table.ts';

test('the page holds the whole certificate', () => {
  const page = calibrationPage(certificate());
  expect(page).toContain(certificateTables(certificate()));
  expect(page.startsWith('# Calibration\n')).toBe(true);
});

test('the table stands between the marks, also when it is written again; what is around them stays', () => {
  const text = `before\n${MARKS.begin}\nold\n${MARKS.end}\nafter\n`;
  const once = withDriverTable(text, certificate()) as string;
  expect(once).toMatch(
    /^before\n<!-- calibration: begin -->\n\| Driver [\s\S]*\|\n<!-- calibration: end -->\nafter\n$/,
  );
  expect(once).not.toContain('old');
  expect(withDriverTable(once, certificate())).toBe(once);
});

test.each(['nothing', MARKS.begin, `${MARKS.end} ${MARKS.begin}`])('%s: no place for a table', (text) => {
  expect(withDriverTable(text, certificate())).toBeNull();
});
