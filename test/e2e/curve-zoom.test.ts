import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunId } from '../../app/contract/ids.ts';
import { WorkspaceFolders } from '../../app/kernel/workspace-folders.ts';
import { createMetricStore } from '../../app/storage/metric-store.ts';
import { openDatabase } from '../../native/sqlite/open-database.ts';
import { findBrowser, launchBrowser } from '../support/browser.ts';
import { ensureBuilt } from '../support/ensure-built.ts';
import { type LatheProcess, latheJson, startLathe } from '../support/lathe-process.ts';
import { insertManyRuns } from '../support/many-runs.ts';

const browserPath = findBrowser();
const SLOW = { timeout: 60_000 };
const POINTS = 400_000;

/** A person who looks closely at a long curve. */
describe.skipIf(!browserPath)('a curve of 400,000 points in the browser', () => {
  let workspace: string;
  let host: LatheProcess;
  let browser: Browser;
  let page: Page;
  let chart: Locator;
  let cursor: Locator;
  const problems: string[] = [];

  beforeAll(async () => {
    ensureBuilt('host', 'renderer');
    workspace = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-zoom-'));
    const [project] = await latheJson(['project', 'list'], workspace);
    const database = openDatabase(new WorkspaceFolders(workspace).database);
    insertManyRuns(database, project.id, { runs: 2, metrics: 0, params: 0 });
    const { id } = database.prepare('SELECT id FROM runs ORDER BY started_at LIMIT 1').get() as { id: RunId };
    const store = createMetricStore(database);
    const points = Array.from({ length: POINTS }, (_, step) => ({
      key: 'reward',
      step,
      timeMs: 1_700_000_000_000 + step * 10,
      value: Math.sin(step / 40_000) + (step % 2),
    }));
    database.transaction(() => store.append(id, points));
    database.close();
    host = startLathe(['serve', '--port', '0', '--inference-port', '0'], workspace);
    const [link] = await host.said(/http:\S+\?token=\S+/);
    browser = await launchBrowser(browserPath!);
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    await page.goto(link);
    await page.goto(`${new URL(link).origin}/runs/${id}`);
    chart = page.getByRole('region', { name: 'reward' });
    cursor = chart.getByRole('slider');
    await cursor.waitFor(SLOW);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    host?.child.kill('SIGTERM');
    await host?.finished;
    fs.rmSync(workspace, { recursive: true, force: true });
  });

  /** Steps that an arrow key moves the cursor by: how far apart the points are that show. */
  async function strideOfCursor(): Promise<number> {
    await page.keyboard.press('End');
    const before = Number(await cursor.getAttribute('aria-valuenow'));
    await page.keyboard.press('ArrowLeft');
    return before - Number(await cursor.getAttribute('aria-valuenow'));
  }
  const widthShown = async () =>
    Number(await cursor.getAttribute('aria-valuemax')) - Number(await cursor.getAttribute('aria-valuemin'));

  it('shows each of its points once the keys zoom far enough, and all of it again', async () => {
    await cursor.focus();
    expect(await strideOfCursor()).toBeGreaterThan(100);
    await page.keyboard.press('Escape');
    for (let press = 0; press < 10; press += 1) await page.keyboard.press('+');
    await expect.poll(strideOfCursor, SLOW).toBe(1);
    expect(await widthShown()).toBeLessThan(500);
    await page.keyboard.press('Control+ArrowLeft');
    await expect.poll(strideOfCursor, SLOW).toBe(1);
    await page.keyboard.press('-');
    await expect.poll(widthShown).toBeGreaterThan(500);
    await page.keyboard.press('0');
    await expect.poll(widthShown).toBeGreaterThan(POINTS - 2);
  });

  it('keeps its line in view while the part under the pointer is read', async () => {
    const box = (await cursor.boundingBox())!;
    const at = (share: number) => [box.x + 40 + (box.width - 60) * share, box.y + box.height / 2] as const;
    await page.evaluate(watchLines);
    await page.mouse.move(...at(0.5));
    await page.mouse.down();
    await page.mouse.move(...at(0.51), { steps: 2 });
    await page.mouse.move(...at(0.55), { steps: 2 });
    await page.mouse.up();
    await expect.poll(widthShown, SLOW).toBeLessThan(POINTS / 10);
    await chart.getByText(/\d – \d/).waitFor(SLOW);
    await cursor.focus();
    await expect.poll(strideOfCursor, SLOW).toBeLessThan(60);
    expect(await page.evaluate('window.framesWithoutLine')).toBe(0);
    await page.mouse.dblclick(...at(0.5));
    await expect.poll(widthShown).toBeGreaterThan(POINTS - 2);
    expect(await chart.getByText(/\d – \d/).count()).toBe(0);
  });

  it('has met no error on the way', () => {
    expect(problems).toEqual([]);
  });
});

/** Counts, in the page, the frames in which the chart has no line. */
const watchLines = `
  window.framesWithoutLine = 0;
  (function look() {
    const line = document.querySelector('section[aria-label="reward"] .scatterlayer path.js-line');
    if (!line) window.framesWithoutLine += 1;
    requestAnimationFrame(look);
  })()
`;
