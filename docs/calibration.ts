/**
 * Publishes a certificate: docs/calibration.json and docs/calibration.md, and the table of drivers between its marks in
 * README.md. `npx tsx docs/calibration.ts [certificate]`; default: the one that `loadcell calibrate` keeps.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { certificatePath } from '../src/calibrate/certificate-file.ts';
import { calibrationPage, withDriverTable } from '../src/calibrate/page.ts';
import type { Certificate } from '../src/model/calibration.ts';

const given = process.argv[2] ?? certificatePath(process.env);
if (given === null) throw new Error('name a certificate: there is no state folder to look in');
const certificate = JSON.parse(await readFile(given, 'utf8')) as Certificate;
const here = import.meta.dirname;
await writeFile(resolve(here, 'calibration.json'), `${JSON.stringify(certificate, null, 2)}\n`);
await writeFile(resolve(here, 'calibration.md'), calibrationPage(certificate));
const readme = resolve(here, '../README.md');
const text = await readFile(readme, 'utf8').catch(() => '');
const updated = withDriverTable(text, certificate);
if (updated === null) console.log('README.md has no marks for the table: docs/calibration.md alone was written.');
else await writeFile(readme, updated);
