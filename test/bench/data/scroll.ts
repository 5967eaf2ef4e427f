import type { Page } from 'playwright-core';
import { findBrowser, launchBrowser } from '../../support/browser.ts';
import type { BenchRow } from '../bench.ts';
import { median, skipped } from '../run-measure.ts';

const SCROLLED_MS = 4000;
/** Some three screens a second: as fast as one can still read numbers. */
const PIXELS_A_FRAME = 40;
const JUMPS = 7;

/** How a table of this many rows scrolls in a browser: its frames, and what a jump to a far row takes. */
export async function scrollRows(link: string, rows: number): Promise<BenchRow[]> {
  const what = `${rows.toLocaleString('en')} rows in Chromium`;
  const browserPath = findBrowser();
  if (!browserPath) return [skipped(what, 'no Chromium was found')];
  const browser = await launchBrowser(browserPath);
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(link);
    await page.goto(`${new URL(link).origin}/data/long?tab=table`);
    await page.getByRole('gridcell').first().getByText(/./).waitFor();
    const frames = await scroll(page);
    const jumps: number[] = [];
    for (let jump = 1; jump <= JUMPS; jump += 1) {
      jumps.push(await jumpTo(page, Math.floor((rows * (jump + 0.5)) / (JUMPS + 2))));
    }
    return [
      {
        what: `${what}: a frame while scrolling, 95 of 100 are shorter`,
        ours: frames.toSorted((a, b) => a - b)[Math.floor(frames.length * 0.95)]!,
        oursUnit: 'ms',
        note: `${frames.length} frames in ${SCROLLED_MS / 1000} s without a graphics card`,
      },
      { what: `${what}: from “Go to row” to its cells`, ours: median(jumps), oursUnit: 'ms' },
    ];
  } finally {
    await browser.close();
  }
}

/** @returns milliseconds between the frames */
async function scroll(page: Page): Promise<number[]> {
  return page.evaluate(
    ([pixels, lastsMs]) =>
      new Promise<number[]>((resolve) => {
        const grid = document.querySelector('[role=grid]')!;
        const frames: number[] = [];
        const since = performance.now();
        let before = since;
        const frame = (now: number) => {
          frames.push(now - before);
          before = now;
          grid.scrollTop += pixels!;
          if (now - since < lastsMs!) requestAnimationFrame(frame);
          else resolve(frames.slice(1));
        };
        requestAnimationFrame(frame);
      }),
    [PIXELS_A_FRAME, SCROLLED_MS],
  );
}

/** @returns milliseconds until the row is there with its cells */
async function jumpTo(page: Page, row: number): Promise<number> {
  await page.getByLabel('Go to row').fill(String(row));
  const since = performance.now();
  await page.keyboard.press('Enter');
  await page.getByRole('rowheader', { name: row.toLocaleString('en'), exact: true }).waitFor();
  return performance.now() - since;
}
