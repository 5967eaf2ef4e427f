import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser, launchBrowser } from '../support/browser.ts';
import { ensureBuilt } from '../support/ensure-built.ts';
import { type LatheProcess, latheJson, startLathe } from '../support/lathe-process.ts';
import { takePicture } from '../support/picture.ts';
import { findPython } from '../support/python.ts';
import { skipAloud } from '../support/services.ts';

const browserPath = findBrowser();
const python = findPython();
if (!python)
  skipAloud('python', 'training a script in a browser', 'no python3 of version 3.8 or later was found');
const SLOW = { timeout: 40_000 };

const program = `import sys, time
import lathe

config = lathe.config(steps=100000, fail_at=0)
for step in range(1, config.steps + 1):
    lathe.log({"val_loss": 2 / step, "val_accuracy": 1 - 1 / (step + 1)}, step=step)
    print(f"step {step} of {config.steps}", flush=True)
    if step == config.fail_at:
        raise ValueError("the third batch has no labels")
    time.sleep(0.05)
lathe.summary["verdict"] = "learned"
lathe.log_table("scores", {"class": ["zero"], "score": [0.91]})
print("one line on stderr", file=sys.stderr, flush=True)
`;

/** A person with a script of their own and no terminal open. */
describe.skipIf(!browserPath || !python)('training a script anywhere on this machine, in a browser', () => {
  let workspace: string;
  let script: string;
  let host: LatheProcess;
  let browser: Browser;
  let page: Page;
  let origin: string;
  const problems: string[] = [];

  beforeAll(async () => {
    ensureBuilt('host', 'renderer');
    workspace = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-anywhere-'));
    const code = path.join(workspace, 'my code');
    fs.mkdirSync(code);
    script = path.join(code, 'train.py');
    fs.writeFileSync(script, program);
    host = startLathe(['serve', '--port', '0', '--inference-port', '0'], path.join(workspace, 'lathe'));
    const [link] = await host.said(/http:\S+\?token=\S+/);
    origin = new URL(link).origin;
    browser = await launchBrowser(browserPath!);
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(SLOW.timeout / 2);
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    await page.goto(link);
    await page.getByRole('navigation', { name: 'Pages' }).waitFor(SLOW);
  });
  afterAll(async () => {
    await browser?.close();
    await cancelAll();
    host?.child.kill('SIGTERM');
    await host?.finished;
    fs.rmSync(workspace, { recursive: true, force: true });
  });

  const picture = (name: string) => takePicture(page, workspace, name);

  /** Runs outlive their host: one that a failed test left must not train on. */
  async function cancelAll() {
    if (!host) return;
    const { runs } = await latheJson(['run', 'list'], path.join(workspace, 'lathe')).catch(() => ({
      runs: [],
    }));
    for (const { id, status } of runs ?? []) {
      if (status === 'running' || status === 'queued')
        await latheJson(['run', 'cancel', id], path.join(workspace, 'lathe')).catch(() => {});
    }
  }

  const dialog = () => page.getByRole('dialog');
  const gone = () => dialog().waitFor({ state: 'hidden', ...SLOW });
  const runTitle = () => page.getByRole('main').getByRole('heading', { level: 1 });

  async function openScript(parameters: string) {
    await page.keyboard.press('n');
    await dialog().getByRole('tab', { name: 'Script' }).click();
    await dialog().getByLabel('Script', { exact: true }).fill(script);
    await dialog().getByText('Runs python train.py').waitFor(SLOW);
    await dialog().getByLabel('Parameters', { exact: true }).fill(parameters);
  }

  it('says inline what is wrong with a path, before anything is started', async () => {
    await page.keyboard.press('n');
    await dialog().getByRole('tab', { name: 'Script' }).click();
    const field = dialog().getByLabel('Script', { exact: true });
    await field.fill(path.join(workspace, 'nowhere.py'));
    await dialog()
      .getByText(/nowhere\.py/)
      .waitFor(SLOW);
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await dialog().getByRole('button', { name: 'Start' }).isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await gone();
  });

  it('looks whether it could start, and names what was looked at', async () => {
    await openScript('steps=3');
    await dialog()
      .getByText(/^Works/)
      .waitFor(SLOW);
    await dialog().getByRole('button', { name: 'Check', exact: true }).click();
    await dialog().getByText('It can start').waitFor(SLOW);
    await dialog()
      .getByRole('list', { name: 'Checks' })
      .getByText(/3\.\d+/)
      .first()
      .waitFor(SLOW);
    await picture('train-dialog');
  });

  it('tries a few steps first, says what came out, and then starts for real', async () => {
    await dialog().getByLabel('Parameters', { exact: true }).fill('steps=100000');
    await dialog().getByRole('button', { name: 'Try a few steps' }).click();
    await dialog()
      .getByText(/^It works/)
      .waitFor(SLOW);
    await dialog().getByText('One step', { exact: true }).waitFor(SLOW);
    await dialog().getByRole('button', { name: 'Start for real' }).click();
    await gone();
    await page.getByRole('button', { name: 'Cancel run' }).waitFor(SLOW);
  });

  it('shows its log, curves and what it uses of the machine while it runs', async () => {
    await page.getByRole('log').getByText('step 5 of 100000').waitFor(SLOW);
    await page.locator('.js-plotly-plot').first().waitFor(SLOW);
    await page.getByRole('heading', { name: 'System' }).waitFor(SLOW);
    await page.getByRole('img', { name: /^CPU over time/ }).waitFor(SLOW);
    await page.getByRole('tab', { name: 'System' }).click();
    await page.getByRole('region', { name: 'Memory', exact: true }).waitFor(SLOW);
    // The machine's telemetry is no metric of the program.
    expect(await page.getByText('system/').count()).toBe(0);
    await picture('program-run');
  });

  it('follows the log, finds a text in it and keeps its place', async () => {
    await page.getByRole('tab', { name: 'Log' }).click();
    await page.getByRole('searchbox', { name: 'Find in the log' }).fill('step 7 of');
    await page.getByText('1 of 1', { exact: true }).waitFor(SLOW);
    await page.getByRole('log').getByText('step 7 of', { exact: false }).waitFor(SLOW);
    expect(await page.getByRole('checkbox', { name: 'Follow' }).isChecked()).toBe(false);
    await page.getByRole('button', { name: 'To the end of the log' }).click();
    expect(await page.getByRole('checkbox', { name: 'Follow' }).isChecked()).toBe(true);
  });

  it('shows the code that runs', async () => {
    await page.getByRole('tab', { name: 'Code' }).click();
    await page.getByRole('region', { name: 'train.py' }).getByText('import lathe').waitFor(SLOW);
    await page.reload();
    await page.getByRole('region', { name: 'train.py' }).waitFor(SLOW);
  });

  it('lets further runs wait, says why, and changes their order', async () => {
    for (const steps of [20, 21]) {
      await openScript(`steps=${steps}`);
      await dialog().getByRole('button', { name: 'Start', exact: true }).click();
      await gone();
    }
    await page.getByText(/^Waits for/).waitFor(SLOW);
    await page
      .getByRole('contentinfo')
      .getByRole('link', { name: /1 running · 2 queued/ })
      .click();
    const grid = page.getByRole('grid', { name: 'Queue' });
    await grid
      .getByText(/free slot/)
      .first()
      .waitFor(SLOW);
    const names = () =>
      grid
        .getByRole('row')
        .getByText(/^train-\d+$/)
        .allTextContents();
    const before = await names();
    expect(before).toHaveLength(3);
    await grid.focus();
    await page.keyboard.press('End');
    await page.keyboard.press('Alt+ArrowUp');
    await expect.poll(names, SLOW).toEqual([before[0], before[2], before[1]]);
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await expect.poll(names, SLOW).toEqual(before);
    await picture('queue');
  });

  it('pauses the queue, holds a run and cancels what waits', async () => {
    await page.getByRole('button', { name: 'Pause the queue' }).click();
    await page.getByRole('contentinfo').getByText('paused').waitFor(SLOW);
    await page.getByRole('button', { name: 'Let the queue go on' }).click();
    await page.getByRole('button', { name: 'Pause the queue' }).waitFor(SLOW);
    await page.getByRole('checkbox', { name: 'Mark row 3' }).check();
    await page.getByRole('button', { name: 'Hold', exact: true }).click();
    await page.getByRole('grid').getByText(/held/).waitFor(SLOW);
    await page.getByRole('checkbox', { name: 'Mark row 2' }).check();
    await page.getByRole('button', { name: 'Cancel 2 runs' }).click();
    await page
      .getByRole('contentinfo')
      .getByRole('link', { name: /1 running · 0 queued/ })
      .waitFor(SLOW);
  });

  it('cancels the run that goes on', async () => {
    await page
      .getByRole('grid', { name: 'Queue' })
      .getByText(/^train-/)
      .first()
      .click();
    await page.getByRole('button', { name: 'Cancel run' }).click();
    await page.getByRole('main').getByRole('img', { name: 'cancelled' }).first().waitFor(SLOW);
  });

  it('runs it with changes, names why that failed and what to do', async () => {
    await page.getByRole('button', { name: 'Run with changes' }).click();
    await dialog().getByLabel('steps', { exact: true }).fill('30');
    await dialog().getByLabel('fail_at', { exact: true }).fill('4');
    await dialog().getByRole('button', { name: 'Run again' }).click();
    await gone();
    const failure = page.getByRole('region', { name: 'Failure' });
    await failure.getByText('the third batch has no labels').waitFor(SLOW);
    // A run that failed shows what it said on stderr.
    await page.getByRole('log', { name: 'stderr' }).getByText('ValueError').first().waitFor(SLOW);
    await picture('failed-run');
    await failure.getByRole('button', { name: 'Run with changes' }).click();
    await dialog().getByLabel('fail_at', { exact: true }).fill('0');
    await dialog().getByRole('button', { name: 'Run again' }).click();
    await gone();
    await page.getByRole('main').getByRole('img', { name: 'finished' }).first().waitFor(SLOW);
    await page.getByText('learned', { exact: true }).waitFor(SLOW);
  });

  it('shows the table that the run left', async () => {
    await page.getByRole('complementary').getByText('scores.csv').click();
    await page.getByRole('cell', { name: '0.91' }).waitFor(SLOW);
  });

  it('repeats it exactly, and says whether the same came out', async () => {
    const original = await runTitle().textContent();
    await page.getByRole('button', { name: 'Reproduce' }).click();
    await expect.poll(() => runTitle().textContent(), SLOW).not.toBe(original);
    await page.getByRole('tab', { name: 'Reproduction' }).click();
    await page.getByText(/^Reproduced: all 2 metrics are identical/).waitFor(SLOW);
    await picture('reproduction');
  });

  it('reads a log of 27 MB from both ends, and loses no line between', async () => {
    const long = path.join(path.dirname(script), 'long.py');
    const lines = 300_000;
    fs.writeFileSync(
      long,
      `for i in range(1, ${lines} + 1):\n    print("line", i, "of a log that is longer than a page holds" + "." * 30)\n`,
    );
    await page.keyboard.press('n');
    await dialog().getByRole('tab', { name: 'Script' }).click();
    await dialog().getByLabel('Script', { exact: true }).fill(long);
    await dialog().getByText('Runs python long.py').waitFor(SLOW);
    await dialog().getByRole('button', { name: 'Start', exact: true }).click();
    await gone();
    await page.getByRole('main').getByRole('img', { name: 'finished' }).first().waitFor(SLOW);
    const log = page.getByRole('log');
    const end = log.getByText(`line ${lines} of a log`);
    await end.waitFor(SLOW);
    await page.getByRole('button', { name: 'To the start of the log' }).click();
    await log.getByText('line 1 of a log').waitFor(SLOW);
    // Read on past what the page holds at once: every line on screen follows the one before it.
    for (let slice = 0; slice < 24; slice += 1) {
      await log.evaluate((area) => area.scrollTo({ top: area.scrollHeight }));
      await page.waitForTimeout(60);
    }
    const numbers = (await log.textContent())!.match(/(?<=line )\d+/g)!.map(Number);
    expect(numbers[0]).toBeGreaterThan(10_000);
    expect(numbers).toEqual(numbers.map((_, index) => numbers[0]! + index));
    await page.getByRole('button', { name: 'To the end of the log' }).click();
    await end.waitFor(SLOW);
  });

  it('lists where runs execute, and whether that works', async () => {
    await page.getByRole('link', { name: 'Targets', exact: true }).click();
    const targets = page.getByRole('navigation', { name: 'Targets' });
    await targets.getByText('process', { exact: true }).click();
    await page
      .getByRole('table', { name: 'Interpreters' })
      .getByText(/^Python 3/)
      .first()
      .waitFor(SLOW);
    expect(page.url()).toBe(`${origin}/targets/process`);
    await picture('targets');
  });

  it('adds an engine that is not there, says so, and takes it away again', async () => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search or run a command' }).fill('add a container engine');
    await page.keyboard.press('Enter');
    await dialog().getByRole('textbox', { name: 'Name' }).fill('bench-2');
    await dialog().getByLabel('Socket', { exact: true }).fill(path.join(workspace, 'no-engine.sock'));
    await dialog().getByRole('button', { name: 'Add engine' }).click();
    await gone();
    await page
      .getByRole('list', { name: 'Checks of bench-2' })
      .getByRole('img', { name: 'failed' })
      .first()
      .waitFor(SLOW);
    await page.getByRole('button', { name: 'Remove bench-2' }).click();
    await page.getByRole('status').getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('navigation', { name: 'Targets' }).getByText('bench-2').waitFor(SLOW);
  });

  it('has met no error on the way', () => {
    expect(problems).toEqual([]);
  });
});
