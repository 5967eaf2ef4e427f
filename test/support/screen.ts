import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from './browser.ts';
import { ensureBuilt } from './ensure-built.ts';
import { type LatheProcess, startLathe } from './lathe-process.ts';
import { takePicture } from './picture.ts';

/** How long a person waits for something to appear, in playwright's words. */
export const SLOW = { timeout: 30_000 };

/** A workspace of a test, its host, and a page of a real browser that looks at it. */
export interface Screen {
  readonly page: Page;
  readonly workspace: string;
  /** A folder beside the workspace for what is imported. */
  readonly sources: string;
  /** What went wrong in the page: faults of its program and lines of the console. */
  readonly problems: readonly string[];
  /** Open a path of the application, such as `/data`. */
  goTo(address: string): Promise<void>;
  /** Take a picture for the guides where that is asked for. */
  picture(name: string): Promise<void>;
  /** End the host and start another one on the same workspace, and open its first page. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** @param others paths that stand in pictures, and what is shown for them */
export async function openScreen(
  browserPath: string,
  others: (sources: string) => Readonly<Record<string, string>> = () => ({}),
): Promise<Screen> {
  ensureBuilt('host', 'renderer');
  const workspace = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-e2e-'));
  const sources = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-e2e-data-'));
  const problems: string[] = [];
  let host: LatheProcess | null = null;
  let origin = '';
  let isRestarting = false;
  let browser: Browser | null = null;
  const endHost = async () => {
    host?.child.kill('SIGTERM');
    await host?.finished;
  };
  const startHost = async (): Promise<string> => {
    host = startLathe(['serve', '--port', '0', '--inference-port', '0'], workspace);
    const [link] = await host.said(/http:\S+\?token=\S+/);
    origin = new URL(link).origin;
    return link;
  };
  const close = async () => {
    await browser?.close();
    await endHost();
    for (const folder of [workspace, sources]) fs.rmSync(folder, { recursive: true, force: true });
  };
  try {
    const link = await startHost();
    browser = await launchBrowser(browserPath);
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(SLOW.timeout);
    page.on('pageerror', (error) => problems.push(String(error)));
    // A page whose host is ended says so in the console: that is no fault.
    page.on('console', (message) => {
      if (message.type() === 'error' && !isRestarting) problems.push(message.text());
    });
    await page.goto(link);
    return {
      page,
      workspace,
      sources,
      problems,
      goTo: async (address) => {
        await page.goto(`${origin}${address}`);
      },
      picture: (name) => takePicture(page, workspace, name, { [sources]: '~/data', ...others(sources) }),
      async restart() {
        isRestarting = true;
        await page.goto('about:blank');
        await endHost();
        const next = await startHost();
        await page.goto(next);
        isRestarting = false;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
