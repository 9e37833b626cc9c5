import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { realistic } from '../src/report/fixtures/run.ts';
import { shipped } from '../src/report/fixtures/templates.ts';
import { renderReport } from '../src/report/render.ts';

const EXECUTABLE = '/usr/bin/chromium';
/** Chromium asks the network for itself otherwise. */
const QUIET = [
  '--no-sandbox',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

describe.skipIf(!existsSync(EXECUTABLE))('report.html in a real browser (needs apt-get install chromium)', () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lc-browser-'));
    browser = await chromium.launch({ executablePath: EXECUTABLE, args: QUIET });
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test.each([
    ['en', 1280],
    ['en', 390],
    ['zh-CN', 1280],
  ])('%s at %i pixels: complete, by itself, nothing cut off', async (locale, width) => {
    const file = join(folder, `${locale}.html`);
    await writeFile(file, renderReport(realistic(), await shipped(locale)).html);
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    const complaints: string[] = [];
    const asked: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(pathToFileURL(file).href, { waitUntil: 'load' });

    expect(complaints).toEqual([]);
    expect(asked).toEqual([pathToFileURL(file).href]);
    expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
    expect(await page.locator('table').count()).toBeGreaterThan(1);
    const chart = await page.locator('svg').first().boundingBox();
    expect(chart?.width).toBeGreaterThan(200);
    expect(chart?.height).toBeGreaterThan(50);
    for (const link of await page
      .locator('a[href^="#"]')
      .evaluateAll((all) => all.map((a) => a.getAttribute('href') ?? ''))) {
      expect(await page.locator(`[id="${link.slice(1)}"]`).count(), `the target of ${link}`).toBe(1);
    }
    await page.close();
  });

  test('a script that a server named itself does not run', async () => {
    const file = join(folder, 'hostile.html');
    await writeFile(file, renderReport(realistic(), await shipped('en')).html);
    const page = await browser.newPage();
    let alerts = 0;
    page.on('dialog', async (dialog) => {
      alerts += 1;
      await dialog.dismiss();
    });
    await page.goto(pathToFileURL(file).href);
    expect(await page.locator('main').textContent()).toContain('<script>alert(1)</script>');
    expect(alerts).toBe(0);
    await page.close();
  });
});
