import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WorkspaceFolders } from '../../app/kernel/workspace-folders.ts';
import { openDatabase } from '../../native/sqlite/open-database.ts';
import { findBrowser, launchBrowser } from '../support/browser.ts';
import { ensureBuilt } from '../support/ensure-built.ts';
import { type LatheProcess, latheJson, startLathe } from '../support/lathe-process.ts';
import { insertManyRuns } from '../support/many-runs.ts';
import { takePicture } from '../support/picture.ts';

const browserPath = findBrowser();
const SLOW = { timeout: 60_000 };
const RUNS = 3000;

/** A person with thousands of runs; each test goes on from the plain table. */
describe.skipIf(!browserPath)('the table of 3,000 runs', () => {
  let workspace: string;
  let host: LatheProcess;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let origin: string;
  let grid: Locator;
  const problems: string[] = [];

  beforeAll(async () => {
    ensureBuilt('host', 'renderer');
    workspace = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-table-'));
    const [project] = await latheJson(['project', 'list'], workspace);
    const database = openDatabase(new WorkspaceFolders(workspace).database);
    insertManyRuns(database, project.id, { runs: RUNS, metrics: 28, params: 7 });
    database.close();
    host = startLathe(['serve', '--port', '0', '--inference-port', '0'], workspace);
    const [link] = await host.said(/http:\S+\?token=\S+/);
    origin = new URL(link).origin;
    browser = await launchBrowser(browserPath!);
    context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin });
    page = await context.newPage();
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    await page.goto(link);
    grid = page.getByRole('grid', { name: 'Runs' });
  });
  afterAll(async () => {
    await browser?.close();
    host?.child.kill('SIGTERM');
    await host?.finished;
    fs.rmSync(workspace, { recursive: true, force: true });
  });

  async function open(search = '') {
    await page.goto(`${origin}/runs${search}`);
    await grid.getByRole('gridcell').nth(1).waitFor(SLOW);
  }
  const row = (index: number) => grid.locator(`[data-index="${index}"]`);
  const clipboard = () => page.evaluate('navigator.clipboard.readText()') as Promise<string>;

  it('draws only what is in view, and reads on to the last run', async () => {
    await open();
    await row(0).getByText('mlp-512-599-s5').waitFor(SLOW);
    expect(await grid.getAttribute('aria-rowcount')).toBe(String(RUNS + 1));
    await grid.focus();
    await page.keyboard.press('End');
    await row(RUNS - 1)
      .getByText('mlp-64-0-s1')
      .waitFor(SLOW);
    expect(await grid.getByRole('row').count()).toBeLessThan(100);
    await row(RUNS - 1)
      .getByRole('img', { name: /^val_loss of/ })
      .waitFor(SLOW);
  });

  it('keeps pinned columns in view while the others scroll, and finds the others by name', async () => {
    await open();
    await page.getByRole('button', { name: 'Columns', exact: true }).click();
    const panel = page.getByRole('complementary', { name: 'Columns' });
    await panel.getByRole('textbox').fill('metric_27');
    await panel.getByRole('region', { name: 'Metrics' }).getByRole('checkbox').check();
    await panel.getByRole('button', { name: 'Close the columns' }).click();
    await grid.evaluate((element) => element.scrollTo({ left: 10_000 }));
    await grid.getByRole('columnheader', { name: 'metric_27' }).waitFor(SLOW);
    const name = await row(0).getByText('mlp-512-599-s5').boundingBox();
    expect(name!.x).toBeLessThan(400);
    expect(new URL(page.url()).searchParams.get('cols')).toContain('metrics.metric_27');
  });

  it('sorts, moves and sizes columns by the keyboard, and comes back from its address', async () => {
    await open();
    const head = (name: string) => grid.getByRole('columnheader', { name }).getByRole('button');
    await head('test_accuracy').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Alt+ArrowLeft');
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('p');
    await grid.getByRole('columnheader', { name: 'test_accuracy', exact: false }).waitFor(SLOW);
    await row(0).getByText('best').waitFor(SLOW);
    const best = await row(0).textContent();
    await page.reload();
    await row(0).getByText('best').waitFor(SLOW);
    expect(await row(0).textContent()).toBe(best);
    expect(new URL(page.url()).searchParams.get('cols')).toContain('!metrics.test_accuracy@172');
  });

  it('filters by what is completed, and says where a filter is wrong', async () => {
    await open();
    const field = page.getByRole('combobox', { name: 'Filter runs' });
    await field.click();
    await field.pressSequentially('params.wid');
    await page.getByRole('option', { name: /params\.width/ }).waitFor(SLOW);
    await page.keyboard.press('Tab');
    await field.pressSequentially('= 512 and metrics.test_accuracy > 0.9');
    await page.getByText(`730 of 3,000`).waitFor(SLOW);
    await field.pressSequentially(' and status ~ 5');
    await page.keyboard.press('Escape');
    await page.getByRole('alert').waitFor(SLOW);
    await field.fill('');
    await page.getByText('3,000 of 3,000').waitFor(SLOW);
  });

  it('groups by a parameter with mean and interval, and opens a group', async () => {
    await open();
    await page.getByRole('combobox', { name: 'Group by' }).selectOption('params.width');
    await grid.getByText('512', { exact: true }).first().waitFor(SLOW);
    await page.getByText('3,000 runs, 4 groups').waitFor(SLOW);
    const mean = grid.getByTitle(/^mean of \d+, 95 % interval ±/).first();
    expect(await mean.textContent()).toMatch(/^0\.\d{4}± 0\.\d{4}$/);
    await grid.focus();
    await page.keyboard.press('ArrowRight');
    await row(1).getByText(/^mlp-/).waitFor(SLOW);
    await page.keyboard.press(' ');
    await page.getByText('750 selected').waitFor(SLOW);
    await expect.poll(() => row(0).getAttribute('aria-selected')).toBe('true');
    await page.keyboard.press('Escape');
  });

  it('shows the curves of a group as their mean in a band, and reads no run for that', async () => {
    const asked: string[] = [];
    const hear = (payload: string | Buffer) => {
      const [path] = /runs\/(list|groups|series|ids)/.exec(payload.toString()) ?? [];
      if (path) asked.push(path);
    };
    page.once('websocket', (socket) => socket.on('framesent', (frame) => hear(frame.payload)));
    await page.goto(`${origin}/runs?group=params.learning_rate`);
    await row(0)
      .getByRole('img', { name: 'val_loss: mean, least and greatest of 10 runs of 1,000' })
      .waitFor(SLOW);
    await page.getByText('3,000 runs, 3 groups').waitFor(SLOW);
    expect(asked).toContain('runs/groups');
    // The newest hundred tell which columns suit, and one tells the best value; the other 2,900 are not read.
    expect(asked.filter((one) => one === 'runs/list').length).toBeLessThan(4);
    await takePicture(page, workspace, 'run-groups');
  });

  it('moves marked runs to a new experiment and back', async () => {
    await open();
    await row(0).getByText(/^mlp-/).waitFor(SLOW);
    await row(0).getByRole('checkbox').click();
    await page.getByRole('button', { name: 'Select all 3,000' }).click();
    await page.getByText('3,000 selected').waitFor(SLOW);
    await page.getByRole('button', { name: 'Move', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Experiment').fill('baseline');
    await dialog.getByText(/^It has \d+ runs now/).waitFor(SLOW);
    await dialog.getByLabel('Experiment').fill('archive');
    await dialog.getByText('A new experiment of this name is made.').waitFor(SLOW);
    await takePicture(page, workspace, 'move-runs');
    await page.keyboard.press('Enter');
    await page.getByText('Moved 3,000 runs to the new experiment archive').waitFor(SLOW);
    const inArchive = async () =>
      (await latheJson(['run', 'list', '--filter', 'experiment = archive'], workspace)).total;
    expect(await inArchive()).toBe(RUNS);
    await row(0).getByText('archive').waitFor(SLOW);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(inArchive, SLOW).toBe(0);
    await row(0).getByText('width-study').waitFor(SLOW);
    await page.keyboard.press('Escape');
  });

  it('marks a range that was never read, tags it and takes that back', async () => {
    await open();
    await row(0).getByText(/^mlp-/).waitFor(SLOW);
    await grid.focus();
    await page.keyboard.press(' ');
    await page.keyboard.press('Shift+End');
    await page.getByText('3,000 selected').waitFor(SLOW);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Home');
    await page.keyboard.press(' ');
    await page.keyboard.press('Shift+ArrowDown');
    await page.getByText('2 selected').waitFor(SLOW);
    await page.getByRole('button', { name: 'Tag', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Tag', { exact: true }).fill('checked');
    await dialog.getByLabel('Value').fill('yes');
    await page.keyboard.press('Enter');
    await page.getByText('Tagged 2 runs').waitFor(SLOW);
    expect(await latheJson(['run', 'list', '--filter', 'tags.checked = yes'], workspace)).toMatchObject({
      total: 2,
    });
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect
      .poll(
        async () => (await latheJson(['run', 'list', '--filter', 'tags.checked = yes'], workspace)).total,
        SLOW,
      )
      .toBe(0);
    await page.keyboard.press('Escape');
  });

  it('deletes the marked runs and brings them back', async () => {
    await open();
    await row(1).getByText('mlp-512-599-s4').waitFor(SLOW);
    await row(1).getByRole('checkbox').click();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('2,999 runs').waitFor(SLOW);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('3,000 runs').waitFor(SLOW);
  });

  it('copies marked runs and groups for papers and spreadsheets', async () => {
    await open('?cols=!name,metrics.test_accuracy,params.width');
    await row(0).getByText(/^mlp-/).waitFor(SLOW);
    await row(2).getByRole('checkbox').click();
    await grid.focus();
    await page.keyboard.press('Control+c');
    await page.getByText('Copied 1 run as CSV').waitFor(SLOW);
    expect(await clipboard()).toMatch(/^Run,test_accuracy,width\nmlp-512-599-s3,0\.\d{8,},512\n$/);
    await page.getByRole('combobox', { name: 'Group by' }).selectOption('params.width');
    await page.getByText('4 groups').waitFor(SLOW);
    await page.getByRole('button', { name: 'Copy the table' }).click();
    await page.getByRole('menuitem', { name: 'The view as LaTeX' }).click();
    await page.getByText('Copied 4 groups as LaTeX').waitFor(SLOW);
    expect(await clipboard()).toMatch(/512 & 750 & 0\.\d{4} \$\\pm\$ 0\.\d{4} \\\\/);
    await page.getByRole('button', { name: 'clear selection' }).click();
  });

  it('saves a view and opens it again', async () => {
    await open('?q=seed&sort=metrics.val_loss&order=up&group=params.learning_rate');
    await page.getByRole('button', { name: 'Saved views' }).click();
    await page.getByRole('menuitem', { name: 'Save view as' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('by rate');
    await page.keyboard.press('Enter');
    await page.getByText('Saved the view by rate').waitFor(SLOW);
    await open();
    await page.getByRole('button', { name: 'Saved views' }).click();
    await page.getByRole('menuitemradio', { name: 'by rate' }).click();
    const query = new URL(page.url()).searchParams;
    expect([query.get('q'), query.get('sort'), query.get('order'), query.get('group')]).toEqual([
      'seed',
      'metrics.val_loss',
      'up',
      'params.learning_rate',
    ]);
  });

  it('has met no error on the way', () => {
    expect(problems).toEqual([]);
  });
});
