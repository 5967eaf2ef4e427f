import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser, launchBrowser } from '../support/browser.ts';
import { ensureBuilt } from '../support/ensure-built.ts';
import { type LatheProcess, startLathe } from '../support/lathe-process.ts';
import { takePicture } from '../support/picture.ts';

const browserPath = findBrowser();
const SLOW = { timeout: 60_000 };

/** A person who brings runs from other tools and takes some along; each test goes on where the last one ended. */
describe.skipIf(!browserPath)('import and export of runs in the browser', () => {
  let folder: string;
  let workspace: string;
  let host: LatheProcess;
  let browser: Browser;
  let page: Page;
  let origin: string;
  let dialog: Locator;
  const problems: string[] = [];

  beforeAll(async () => {
    ensureBuilt('host', 'renderer');
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-transfer-'));
    workspace = path.join(folder, 'workspace');
    host = startLathe(['serve', '--port', '0', '--inference-port', '0'], workspace);
    const [link] = await host.said(/http:\S+\?token=\S+/);
    origin = new URL(link).origin;
    browser = await launchBrowser(browserPath!);
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    await page.goto(link);
    dialog = page.getByRole('dialog');
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    host?.child.kill('SIGTERM');
    await host?.finished;
    fs.rmSync(folder, { recursive: true, force: true });
  });

  /** Three runs in a folder of Lightning's CSV logger. */
  function writeCsvLogs(): string {
    const logs = path.join(folder, 'lightning_logs');
    for (const version of [0, 1, 2]) {
      const run = path.join(logs, `version_${version}`);
      fs.mkdirSync(run, { recursive: true });
      const rows = Array.from({ length: 30 }, (_, step) => `${step},${step},${1 / (1 + step + version)}`);
      fs.writeFileSync(path.join(run, 'metrics.csv'), `epoch,step,loss\n${rows.join('\n')}\n`);
      fs.writeFileSync(path.join(run, 'hparams.yaml'), `learning_rate: 0.${version + 1}\n`);
    }
    return logs;
  }
  const choose = async (name: string) => {
    await page.getByRole('button', { name: 'Import and export' }).click();
    await page.getByRole('menuitem', { name }).click();
  };
  const found = (words: string) => dialog.locator('b').getByText(words, { exact: true });
  const typePath = (text: string) => dialog.getByRole('textbox', { name: /^(Folder|Into)/ }).fill(text);

  it('begins on the empty page, and says why there is nothing to import', async () => {
    await page.goto(`${origin}/runs`);
    await page.getByRole('button', { name: 'Import runs' }).click();
    await typePath('logs');
    await dialog.getByText('logs does not begin at the root. Write the whole path.').waitFor(SLOW);
    await typePath(path.join(folder, 'nowhere'));
    await dialog
      .getByRole('alert')
      .getByText(/nowhere/)
      .waitFor(SLOW);
    fs.mkdirSync(path.join(folder, 'empty'));
    await typePath(path.join(folder, 'empty'));
    await dialog.getByText(/looks like the runs of a known tool/).waitFor(SLOW);
    expect(await dialog.getByRole('button', { name: 'Import', exact: true }).isDisabled()).toBe(true);
  });

  it('shows format and runs before it imports them, and then what was added', async () => {
    await typePath(writeCsvLogs());
    await found('CSV logs (Lightning, Keras, Ultralytics and others)').waitFor(SLOW);
    await dialog.getByText('3 runs', { exact: true }).waitFor(SLOW);
    await dialog.getByText('version_1').waitFor(SLOW);
    await dialog.getByLabel('Experiment').fill('from lightning');
    await takePicture(page, folder, 'import-runs');
    await dialog.getByRole('button', { name: 'Import 3 runs' }).click();
    await dialog.getByText('3 new runs.').waitFor(SLOW);
    await takePicture(page, folder, 'imported-runs');
    await dialog.getByRole('button', { name: 'Show the runs' }).click();
    await page.getByText('3 of 3').waitFor(SLOW);
    const grid = page.getByRole('grid', { name: 'Runs' });
    await grid.getByText('from lightning').first().waitFor(SLOW);
    expect(new URL(page.url()).searchParams.get('q')).toMatch(/^id in \('/);
  });

  it('adds nothing twice, only what is new', async () => {
    const logs = path.join(folder, 'lightning_logs');
    await choose('Import runs');
    await typePath(logs);
    await dialog.getByRole('button', { name: 'Import 3 runs' }).click();
    await dialog.getByText('Nothing is new: 3 runs had all that is there.').waitFor(SLOW);
    fs.appendFileSync(path.join(logs, 'version_2', 'metrics.csv'), '30,30,0.01\n');
    await dialog.getByRole('button', { name: 'Import more' }).click();
    await typePath(logs);
    await dialog.getByRole('button', { name: 'Import 3 runs' }).click();
    await dialog.getByText('0 new runs, 3 known runs brought up to date.').waitFor(SLOW);
    await dialog.getByText('new points').locator('..').getByText('2', { exact: true }).waitFor(SLOW);
    await dialog.getByRole('button', { name: 'Close' }).last().click();
  });

  it('follows a folder after its dialog is closed, until it is stopped', async () => {
    const logs = path.join(folder, 'lightning_logs');
    await choose('Import runs');
    await typePath(logs);
    await dialog.getByLabel(/^Follow/).check();
    await dialog.getByRole('button', { name: 'Import and follow' }).click();
    await dialog.getByText(/^Following 3 runs/).waitFor(SLOW);
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    fs.appendFileSync(path.join(logs, 'version_0', 'metrics.csv'), '30,30,0.01\n31,31,0.01\n');
    await page.getByText('Following 3 runs, 4 new points').waitFor(SLOW);
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByText('Imported 0 new runs, 4 points').waitFor(SLOW);
  });

  it('exports the marked runs, and all that fit the filter', async () => {
    await page.goto(`${origin}/runs`);
    const grid = page.getByRole('grid', { name: 'Runs' });
    await grid.locator('[data-index="0"]').getByRole('checkbox').click();
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    await dialog.getByLabel('Format').selectOption('tensorboard');
    const destination = path.join(folder, 'exported');
    await typePath(destination);
    await takePicture(page, folder, 'export-runs');
    await dialog.getByRole('button', { name: 'Export 1 run' }).click();
    await dialog.getByText(destination).waitFor(SLOW);
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    expect(fs.readdirSync(destination, { recursive: true }).join()).toContain('tfevents');
    await page.keyboard.press('Escape');
    await page.goto(`${origin}/runs?q=${encodeURIComponent("name != 'version_0'")}`);
    await page.getByText('2 of 3').waitFor(SLOW);
    await choose('Export all 2 of the filter');
    await dialog.getByLabel('Format').selectOption('csv');
    await typePath(destination);
    await dialog.getByRole('button', { name: 'Export 2 runs' }).click();
    await dialog.getByRole('alert').waitFor(SLOW);
    await typePath(path.join(folder, 'csv'));
    await dialog.getByRole('button', { name: 'Export 2 runs' }).click();
    await dialog.getByText(path.join(folder, 'csv')).waitFor(SLOW);
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    const lines = fs
      .readFileSync(path.join(folder, 'csv', 'runs.csv'), 'utf8')
      .trim()
      .split('\n');
    expect(lines).toHaveLength(3);
  });

  it('opens from the palette', async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('import runs');
    await page.keyboard.press('Enter');
    await dialog.getByText('Import runs', { exact: true }).waitFor(SLOW);
    await typePath(path.join(folder, 'exported'));
    await found('TensorBoard event files').waitFor(SLOW);
    await page.keyboard.press('Escape');
  });

  it('has met no error on the way', () => {
    expect(problems).toEqual([]);
  });
});
