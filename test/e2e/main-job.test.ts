import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser, launchBrowser } from '../support/browser.ts';
import { ensureBuilt } from '../support/ensure-built.ts';
import { type LatheProcess, startLathe } from '../support/lathe-process.ts';
import { takePicture } from '../support/picture.ts';

const browserPath = findBrowser();
const SLOW = { timeout: 20_000 };

const houses = `area,rooms,city,price
${Array.from({ length: 400 }, (_, row) => {
  const [area, rooms, city] = [
    40 + ((row * 37) % 160),
    1 + (row % 6),
    ['Bern', 'Zürich', 'Genève'][row % 3]!,
  ];
  return `${row % 29 === 0 ? '' : area},${rooms},${city},${area * 50 + rooms * 400 + city.length * 100}`;
}).join('\n')}
`;

/** A person with no terminal open: everything below is done by clicking and typing in a real browser. */
describe.skipIf(!browserPath)('the main job, done in a browser', () => {
  let workspace: string;
  let host: LatheProcess;
  let browser: Browser;
  let page: Page;
  let origin: string;
  const problems: string[] = [];

  beforeAll(async () => {
    ensureBuilt('host', 'renderer');
    workspace = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-e2e-'));
    host = startLathe(['serve', '--port', '0', '--inference-port', '0'], workspace);
    const [link] = await host.said(/http:\S+\?token=\S+/);
    origin = new URL(link).origin;
    browser = await launchBrowser(browserPath!);
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    await page.goto(link);
  });
  afterAll(async () => {
    await browser?.close();
    host?.child.kill('SIGTERM');
    await host?.finished;
    fs.rmSync(workspace, { recursive: true, force: true });
  });

  const picture = (name: string) => takePicture(page, workspace, name);

  it('takes the token out of the address and keeps the way in', async () => {
    await page.getByRole('button', { name: 'Try with sample data' }).waitFor(SLOW);
    expect(page.url()).toBe(`${origin}/`);
    await page.reload();
    await page.getByRole('button', { name: 'Try with sample data' }).waitFor(SLOW);
    await picture('start');
  });

  it('does the whole job with the sample data, visibly', async () => {
    await page.getByRole('button', { name: 'Try with sample data' }).click();
    await page.getByRole('heading', { name: 'A model is served' }).waitFor(SLOW);
    await page.getByText('10 of 10 right').or(page.getByText('9 of 10 right')).first().waitFor(SLOW);
    await picture('sample');
  });

  it('shows the data with its versions, rows and columns', async () => {
    await page.getByRole('link', { name: 'Data', exact: true }).click();
    await page.getByRole('grid').getByText('digits', { exact: true }).first().click();
    await page.getByText('pixel_0_0').first().waitFor(SLOW);
    await picture('data');
  });

  it('lists both runs and compares them', async () => {
    await page.getByRole('link', { name: 'Runs', exact: true }).click();
    const grid = page.getByRole('grid', { name: 'Runs' });
    await grid.getByText(/^mlp-/).first().waitFor(SLOW);
    expect(await grid.getByRole('img', { name: 'finished' }).count()).toBe(2);
    await picture('runs');
    // All runs are read before they are marked, those out of sight included.
    await page.getByRole('checkbox', { name: 'Mark all' }).click();
    await page.getByRole('checkbox', { name: 'Mark all', checked: true }).waitFor(SLOW);
    await page.keyboard.press('c');
    await page.getByText(/^mlp-\S+ beats softmax-\S+ by/).waitFor(SLOW);
    await page.locator('.js-plotly-plot').first().waitFor(SLOW);
    await picture('compare');
  });

  it('shows a run with its curves, log and artifacts', async () => {
    await page.getByRole('button', { name: 'Open the best' }).click();
    await page
      .getByText(/test accuracy/)
      .first()
      .waitFor(SLOW);
    await page.getByText('model.onnx').first().waitFor(SLOW);
    await page.locator('.js-plotly-plot').first().waitFor(SLOW);
    await picture('run');
  });

  it('lets a person draw a digit, or pick one, and says which it is', async () => {
    await page.getByRole('link', { name: 'Endpoints', exact: true }).click();
    await page.getByRole('grid').getByText('digits', { exact: true }).first().click();
    await page.getByRole('tab', { name: 'Pick a row' }).click();
    await page.getByTitle(/^Row 4:/).click();
    await page.getByText(/% sure/).waitFor(SLOW);
    await page.getByRole('tab', { name: 'Draw' }).click();
    const pad = page.getByRole('application', { name: /^Drawing/ });
    const box = (await pad.boundingBox())!;
    // A one: a stroke down the middle.
    await page.mouse.move(box.x + box.width * 0.55, box.y + box.height * 0.08);
    await page.mouse.down();
    for (let part = 0.1; part < 0.95; part += 0.05)
      await page.mouse.move(box.x + box.width * 0.55, box.y + box.height * part);
    await page.mouse.up();
    await page.getByText(/% sure/).waitFor(SLOW);
    await page
      .getByText(/^\d+ requests/)
      .or(page.getByText(/requests, worker/))
      .first()
      .waitFor(SLOW);
    await picture('endpoint');
  });

  it('imports a file, trains on it through the form, registers the model and predicts with it', async () => {
    await page.getByRole('link', { name: 'Data', exact: true }).click();
    await page.getByRole('button', { name: 'Import', exact: false }).first().click();
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'houses.csv', mimeType: 'text/csv', buffer: Buffer.from(houses) });
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Import/ })
      .click();
    await page.getByText('Zürich').first().waitFor(SLOW);

    await page.getByRole('button', { name: /^Train on v1/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: /target/i }).selectOption('price');
    await dialog.getByRole('button', { name: 'Train on v1' }).click();
    await page.getByRole('button', { name: 'Register model' }).waitFor(SLOW);
    await page
      .getByText(/test_rmse/)
      .first()
      .waitFor(SLOW);

    await page.getByRole('button', { name: 'Register model' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Register/ })
      .click();
    await page.getByRole('button', { name: /^Serve v1/ }).click();
    await page.getByRole('heading', { name: /Try it/ }).waitFor(SLOW);
    await page.getByRole('button', { name: 'Predict' }).click();
    await page.getByText('prediction', { exact: false }).first().waitFor(SLOW);
    await picture('regression');
  });

  it('finds everything by the keyboard', async () => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search or run a command' }).fill('settings');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Settings' }).waitFor(SLOW);
    await picture('settings');
  });

  it('looks the same in the dark', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.getByRole('link', { name: 'Runs', exact: true }).click();
    await page.getByRole('grid', { name: 'Runs' }).getByText(/^mlp-/).first().waitFor(SLOW);
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
    await picture('runs-dark');
  });

  it('has met no error on the way', () => {
    expect(problems).toEqual([]);
  });
});
