import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser, launchBrowser } from '../support/browser.ts';
import { ensureBuilt } from '../support/ensure-built.ts';
import { type LatheProcess, lathe, latheJson, startLathe } from '../support/lathe-process.ts';

const browserPath = findBrowser();
const digits = path.join(import.meta.dirname, '../../resources/sample/digits/digits.csv');
const SLOW = { timeout: 30_000 };

describe.skipIf(!browserPath)('a page that is open while its host is killed', () => {
  let workspace: string;
  let host: LatheProcess;
  let browser: Browser;
  let page: Page;
  let link: string;
  let runId: string;

  async function start(port: string) {
    host = startLathe(['serve', '--port', port, '--inference-port', '0'], workspace);
    [link] = await host.said(/http:\S+\?token=\S+/);
  }

  beforeAll(async () => {
    ensureBuilt('host', 'renderer');
    workspace = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-e2e-'));
    await start('0');
    await lathe(['data', 'import', 'digits', digits], workspace);
    browser = await launchBrowser(browserPath!);
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(link);
  });
  afterAll(async () => {
    await browser?.close();
    // Runs outlive their host: one that a failed test left must not train on.
    if (runId) await lathe(['run', 'cancel', runId], workspace);
    host?.child.kill('SIGTERM');
    await host?.finished;
    fs.rmSync(workspace, { recursive: true, force: true });
  });

  it('draws the curves of a run while it trains', async () => {
    const run = await latheJson(
      ['train', 'mlp', '--data', 'digits', '-p', 'epochs=100000', '-p', 'patience=0', '-p', 'hidden=64'],
      workspace,
    );
    runId = run.id;
    await page.goto(`${new URL(link).origin}/runs/${runId}`);
    await page.locator('.js-plotly-plot').first().waitFor(SLOW);
    const log = page.getByText(/^epoch \d+:/m);
    await log.first().waitFor(SLOW);
    await page.getByRole('progressbar').first().waitFor(SLOW);
  });

  it('says that the host is gone, and is live again when it is back', async () => {
    const { port } = new URL(link);
    host.child.kill('SIGKILL');
    await host.finished;
    await page.getByText(/The connection to Lathe is gone/).waitFor(SLOW);
    await start(port);
    await page.getByText(/The connection to Lathe is gone/).waitFor({ state: 'hidden', ...SLOW });
    await page
      .getByRole('button', { name: /^(Cancel|Stop)/ })
      .first()
      .click();
    await page.getByRole('img', { name: 'cancelled' }).first().waitFor(SLOW);
  });

  it('offers to go on from the checkpoint, and goes on', async () => {
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('img', { name: 'running' }).first().waitFor(SLOW);
    await lathe(['run', 'cancel', runId], workspace);
    await page.getByRole('img', { name: 'cancelled' }).first().waitFor(SLOW);
    const { points } = await latheJson(['run', 'metrics', runId], workspace);
    const steps = points
      .filter(({ key }: { key: string }) => key === 'val_loss')
      .map(({ step }: { step: number }) => step);
    expect(new Set(steps).size).toBe(steps.length);
  });
});
