import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser, launchBrowser } from '../support/browser.ts';
import { ensureBuilt } from '../support/ensure-built.ts';
import { type LatheProcess, lathe, startLathe } from '../support/lathe-process.ts';
import { takePicture } from '../support/picture.ts';

const browserPath = findBrowser();
const SLOW = { timeout: 20_000 };

const cities = ['Bern', 'Zürich', 'Genève', 'Basel'];

/** Houses of two years: the later has a column more, some other prices, some rows fewer and some more. */
function houses(year: 1 | 2): string {
  const lines = [year === 1 ? 'id,area,city,built,price' : 'id,area,city,built,heating,price'];
  for (let id = 0; id < (year === 1 ? 900 : 1000); id += 1) {
    if (year === 2 && id % 100 === 7) continue;
    const area = 40 + ((id * 37) % 160);
    const city = cities[(id * 7) % 11 < 6 ? 0 : 1 + (id % 3)]!;
    const built = `${1950 + (id % 70)}-0${1 + (id % 9)}-1${id % 10}`;
    const price = area * 50 + city.length * 100 + (id % 13) + (year === 2 && id % 50 === 3 ? 1000 : 0);
    const heating = year === 2 ? `,${['gas', 'oil', 'heat pump'][id % 3]}` : '';
    lines.push(`${id},${id % 29 === 0 ? '' : area},${city},${built}${heating},${price}`);
  }
  return `${lines.join('\n')}\n`;
}

/** A picture of one shape, 48 × 48 pixels. */
function png(shape: 'circle' | 'square', seed: number): Buffer {
  const side = 48;
  const rows = Buffer.alloc(side * (side * 3 + 1));
  const [x0, y0, size] = [18 + (seed % 12), 18 + ((seed * 5) % 12), 8 + (seed % 9)];
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const [dx, dy] = [x - x0, y - y0];
      const inside =
        shape === 'circle' ? dx * dx + dy * dy < size * size : Math.max(Math.abs(dx), Math.abs(dy)) < size;
      const color = inside
        ? [90 + ((seed * 53) % 160), 80 + ((seed * 31) % 170), 60 + ((seed * 97) % 190)]
        : [32, 36, 44];
      rows.set(color, y * (side * 3 + 1) + 1 + x * 3);
    }
  }
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.set([8, 2], 8);
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function drawShapes(folder: string, later: boolean): void {
  for (const [shape, count] of [
    ['circle', 24],
    ['square', later ? 20 : 16],
  ] as const) {
    fs.mkdirSync(path.join(folder, shape), { recursive: true });
    for (let index = 0; index < count; index += 1) {
      const seed = index + (later && shape === 'circle' && index % 8 === 0 ? 100 : 0);
      fs.writeFileSync(path.join(folder, shape, `${String(index).padStart(3, '0')}.png`), png(shape, seed));
    }
  }
}

/** A person who keeps data: everything below is done by clicking and typing in a real browser. */
describe.skipIf(!browserPath)('data sets in a browser', () => {
  let workspace: string;
  let sources: string;
  let host: LatheProcess;
  let browser: Browser;
  let page: Page;
  let origin: string;
  const problems: string[] = [];

  const importInto = async (...args: string[]) => {
    const { code, stdout, stderr } = await lathe(['data', 'import', ...args], workspace);
    expect(code, stdout + stderr).toBe(0);
  };

  beforeAll(async () => {
    ensureBuilt('host', 'renderer');
    workspace = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-e2e-'));
    sources = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-e2e-data-'));
    host = startLathe(['serve', '--port', '0', '--inference-port', '0'], workspace);
    const [link] = await host.said(/http:\S+\?token=\S+/);
    origin = new URL(link).origin;
    const table = path.join(sources, 'houses.csv');
    fs.writeFileSync(table, houses(1));
    await importInto('houses', table, '-m', 'Sales of the first year', '--tag', 'source=register');
    fs.writeFileSync(table, houses(2));
    await importInto('houses', table, '-m', 'A second year, with the heating');
    drawShapes(path.join(sources, 'first'), false);
    drawShapes(path.join(sources, 'second'), true);
    await importInto('shapes', path.join(sources, 'first'));
    await importInto('shapes', path.join(sources, 'second'), '-m', 'More squares, some circles redrawn');
    browser = await launchBrowser(browserPath!);
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(SLOW.timeout);
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    await page.goto(link);
    await page.getByRole('link', { name: 'Data', exact: true }).click();
  });
  afterAll(async () => {
    await browser?.close();
    host?.child.kill('SIGTERM');
    await host?.finished;
    fs.rmSync(workspace, { recursive: true, force: true });
    fs.rmSync(sources, { recursive: true, force: true });
  });

  const picture = (name: string) => takePicture(page, workspace, name, { [sources]: '~/data' });
  const tab = (name: string) => page.getByRole('tab', { name, exact: true }).click();
  const openData = async (name: string) => {
    await page.goto(`${origin}/data`);
    await page.getByRole('grid').getByText(name, { exact: true }).first().click();
    await page.getByRole('tab', { name: 'Overview' }).waitFor(SLOW);
  };

  it('filters, sorts and jumps in a table, and says so in the address', async () => {
    await openData('houses');
    const grid = page.getByRole('grid', { name: /^Rows of houses v2/ });
    await grid.getByText('Zürich').first().waitFor(SLOW);
    await page
      .getByRole('img', { name: /^Histogram of area/ })
      .first()
      .waitFor(SLOW);
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByRole('combobox', { name: 'Column', exact: true }).selectOption('city');
    await page.getByLabel('Value', { exact: true }).fill('Basel');
    await page.keyboard.press('Enter');
    await page.getByText(/that fit \(990 in all\)/).waitFor(SLOW);
    await page.getByRole('group', { name: 'Sort by price' }).getByRole('button', { name: 'Down' }).click();
    expect(page.url()).toContain('where=city~equal~Basel');
    expect(page.url()).toContain('sort=price~down');
    await page.reload();
    await page.getByText(/that fit \(990 in all\)/).waitFor(SLOW);
    await grid.getByText('Basel').first().waitFor(SLOW);
    expect(await grid.getByText('Zürich').count()).toBe(0);
    await page.getByRole('button', { name: /^Remove the condition/ }).click();
    await page.getByLabel('Go to row').fill('900');
    await page.keyboard.press('Enter');
    await page.getByText(/^rows 900–/).waitFor(SLOW);
  });

  it('keeps what people say of a version: a description, an alias, tags', async () => {
    await tab('Overview');
    await page.getByRole('button', { name: 'Describe it' }).click();
    await page.getByLabel('Description').fill('Sales of houses in four cities.');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Sales of houses in four cities.').waitFor(SLOW);
    await page.getByLabel('New alias').fill('gold');
    await page.keyboard.press('Enter');
    await page.getByText('@gold names v2').waitFor(SLOW);
    await page.getByLabel('New tag').fill('reviewed=ada');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Remove reviewed' }).waitFor(SLOW);
    await page.getByRole('region', { name: 'Versions' }).getByText('@gold').waitFor(SLOW);
    await picture('data-overview');
  });

  it('profiles columns, classes and duplicates', async () => {
    await tab('Profile');
    await page.getByText('6 columns over 990 rows; 1 column has gaps.').waitFor(SLOW);
    await picture('data-profile');
    await page.getByRole('button', { name: 'Class balance' }).click();
    await page.getByLabel('Column with the class').selectOption('city');
    await page.getByText(/^4 classes over 990 rows/).waitFor(SLOW);
    await page.getByRole('button', { name: 'Duplicates' }).click();
    await page.getByLabel('Look for', { exact: true }).selectOption('equal');
    await page.getByRole('button', { name: 'Look for duplicates' }).click();
    await page.getByText(/^No two of 990 rows are equal/).waitFor(SLOW);
  });

  it('shows what changed between two versions: rows, columns, files', async () => {
    await tab('Diff');
    await page.getByLabel('Add a key column').selectOption('id');
    await page.getByText(/^99 rows added, 9 removed, \d+ changed/).waitFor(SLOW);
    await page.getByText('heating').first().waitFor(SLOW);
    await page.getByRole('table', { name: 'Changed rows' }).waitFor(SLOW);
    await picture('data-diff');
    await page.getByRole('button', { name: 'Columns', exact: true }).click();
    await page.getByText('PSI').first().waitFor(SLOW);
    await page.getByRole('button', { name: 'Files', exact: true }).click();
    await page.getByText(/^1 changed\. v2 shares/).waitFor(SLOW);
    await page.getByRole('grid', { name: 'Files that differ' }).getByText('houses.csv').waitFor(SLOW);
  });

  it('carries checks: suggested, added by a form, tried, and run', async () => {
    await tab('Checks');
    await page.getByRole('button', { name: 'Suggest checks' }).click();
    await page.getByRole('button', { name: /^Add \d+ checks/ }).click();
    await page.getByRole('list', { name: 'Checks' }).waitFor(SLOW);
    await page.getByRole('button', { name: 'Add a check' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Column').selectOption('price');
    await dialog.getByLabel('Greatest').fill('5000');
    await dialog.getByRole('button', { name: 'Try on v2' }).click();
    await dialog.getByText(/rows that do not fit/).waitFor(SLOW);
    await dialog.getByRole('button', { name: 'Only warn' }).click();
    await dialog.getByRole('button', { name: 'Add the check' }).click();
    await page.getByText('price is at most 5000').waitFor(SLOW);
    await page.getByRole('button', { name: 'Check v2' }).click();
    await page.getByText(/1 of \d+ checks did not pass/).waitFor(SLOW);
    await picture('data-checks');
  });

  it('makes a split, shows its parts, and trains on it', async () => {
    await tab('Splits');
    await page.getByRole('button', { name: 'Make a split' }).click();
    const form = page.getByRole('dialog');
    await form.getByRole('textbox', { name: 'Name' }).fill('standard');
    await form.getByRole('button', { name: 'Stratified' }).click();
    await form.getByLabel('Class', { exact: true }).selectOption('city');
    await form.getByRole('button', { name: 'Make the split' }).click();
    const split = page.getByRole('region', { name: 'Split standard' });
    await split.getByRole('table', { name: 'Classes of city by part' }).waitFor(SLOW);
    await picture('data-splits');
    await split.getByRole('button', { name: 'Train on it' }).click();
    const train = page.getByRole('dialog');
    await train
      .getByRole('region', { name: 'Checks of the data' })
      .getByText('price is at most 5000')
      .waitFor(SLOW);
    expect(await train.getByLabel('Split', { exact: true }).inputValue()).toBe('standard');
    await train.getByRole('combobox', { name: /target/i }).selectOption('price');
    await train.getByRole('button', { name: 'Train on v2' }).click();
    await page.getByRole('button', { name: 'Register model' }).waitFor(SLOW);
  });

  it('draws what flowed into what, and everything opens its page', async () => {
    await openData('houses');
    await tab('Lineage');
    const graph = page.getByRole('list', { name: 'Lineage' });
    await graph.getByRole('link', { name: /houses@v2/ }).waitFor(SLOW);
    await graph.getByRole('link', { name: /^run, finished/ }).waitFor(SLOW);
    await picture('data-lineage');
    await graph.getByRole('link', { name: /houses@v2/ }).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.getByRole('tab', { name: 'Curves' }).waitFor(SLOW);
  });

  it('shows pictures by class, one enlarged, and side by side where they changed', async () => {
    await openData('shapes');
    await page
      .getByRole('navigation', { name: 'Classes' })
      .getByRole('button', { name: /^square/ })
      .click();
    const pictures = page.getByRole('listbox', { name: /^Pictures of shapes/ });
    await pictures.getByRole('option').nth(19).waitFor(SLOW);
    expect(await pictures.getByRole('option').count()).toBe(20);
    const drawn = () =>
      pictures
        .locator('img')
        .first()
        .evaluate((image: HTMLImageElement) => image.naturalWidth);
    await expect.poll(drawn, SLOW).toBe(48);
    await picture('data-images');
    await pictures.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('2 of 20').waitFor(SLOW);
    await page.keyboard.press('ArrowRight');
    await page.getByRole('dialog').getByText('3 of 20').waitFor(SLOW);
    await page.keyboard.press('Escape');
    await tab('Diff');
    await page.getByText(/^4 files added, 3 changed/).waitFor(SLOW);
    await page.getByRole('heading', { name: 'Changed 3' }).waitFor(SLOW);
    await picture('data-pictures');
  });

  it('lists files by folder', async () => {
    await tab('Files');
    const files = page.getByRole('grid', { name: 'Files' });
    await files.getByText('circle').click();
    await files.getByText('000.png').waitFor(SLOW);
    expect(page.url()).toContain('folder=circle');
    expect(await files.getByRole('link', { name: 'Download 000.png' }).getAttribute('href')).toContain(
      '/api/v1/datasets/shapes/file',
    );
  });

  it('scrolls through folders and differences of more files than one page holds', async () => {
    const tree = path.join(sources, 'tree');
    const fill = (ending: string) => {
      fs.rmSync(tree, { recursive: true, force: true });
      for (const part of ['part-0', 'part-1', 'part-2']) {
        fs.mkdirSync(path.join(tree, part, 'sub'), { recursive: true });
        for (let index = 0; index < 600; index += 1) {
          const name = `${part}/sub/${String(index).padStart(3, '0')}`;
          fs.writeFileSync(path.join(tree, name + ending), name);
        }
      }
      fs.writeFileSync(path.join(tree, 'notes.txt'), 'of the tree');
    };
    fill('.txt');
    await importInto('tree', tree, '--as', 'files');
    fill('.md');
    await importInto('tree', tree, '--as', 'files');
    await openData('tree');
    await tab('Files');
    const folder = page.getByRole('navigation', { name: 'Folder' });
    await folder.getByText('3 folders, 1 file here; 1,801 files below').waitFor(SLOW);
    const files = page.getByRole('grid', { name: 'Files' });
    await files.getByRole('button', { name: 'Size' }).click();
    await files.getByText('part-1').waitFor(SLOW);
    await files.getByText('part-1').click();
    await files.getByText('sub', { exact: true }).click();
    await files.getByText('000.md', { exact: true }).waitFor(SLOW);
    await files.focus();
    await page.keyboard.press('End');
    await files.getByText('599.md', { exact: true }).waitFor(SLOW);
    await picture('data-files');
    await page.reload();
    await folder.getByText('600 files').waitFor(SLOW);
    await folder.getByRole('button', { name: 'part-1' }).click();
    await files.getByText('sub', { exact: true }).waitFor(SLOW);

    await tab('Diff');
    await page.getByText(/^1800 renamed\. v2 shares/).waitFor(SLOW);
    const differing = page.getByRole('grid', { name: 'Files that differ' });
    await differing.getByText('part-0/sub/000.md').waitFor(SLOW);
    await differing.focus();
    await page.keyboard.press('End');
    await differing.getByText('part-2/sub/599.md').waitFor(SLOW);
  });

  it('answers SQL as a table and a chart, points at a fault, and keeps a result as a data set', async () => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search or run a command' }).fill('sql query');
    await page.keyboard.press('Enter');
    const query = page.getByLabel('Query', { exact: true });
    await query.click();
    await query.pressSequentially('SELECT city, count(*) AS houses, avg(price) AS mean FROM ho');
    await page.getByRole('option', { name: /^houses data set/ }).waitFor(SLOW);
    await page.keyboard.press('Tab');
    await query.pressSequentially(' GROUP BY city ORDER BY city');
    await page.keyboard.press('Control+Enter');
    await page.getByText(/^4 rows in/).waitFor(SLOW);
    await page.getByRole('img', { name: /^Chart of/ }).waitFor(SLOW);
    await picture('data-sql');
    await page
      .getByRole('group', { name: 'Show the result as' })
      .getByRole('button', { name: 'Table' })
      .click();
    await page.getByRole('grid', { name: 'Result' }).getByText('Genève').waitFor(SLOW);

    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('by city');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'by city', exact: true }).waitFor(SLOW);

    await page.getByRole('button', { name: 'Export' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'A data set version' }).click();
    await dialog.getByLabel('Data set').fill('cities');
    await dialog.getByRole('button', { name: 'Export' }).click();
    await dialog.getByRole('link', { name: /^cities v1/ }).waitFor(SLOW);
    await dialog.getByRole('button', { name: 'Close' }).last().click();

    await query.fill('SELECT city,\n  pric FROM houses');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('button', { name: 'Go to the place' }).click();
    const chosen = () =>
      query.evaluate((field: HTMLTextAreaElement) =>
        field.value.slice(field.selectionStart, field.selectionEnd),
      );
    expect(await chosen()).toBe('pric');
  });

  it('imports from paths with options, and says what came of it', async () => {
    const table = path.join(sources, 'more.csv');
    fs.writeFileSync(table, houses(2).replaceAll('Basel', 'Luzern'));
    await openData('houses');
    await page.getByRole('button', { name: 'New version' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'URL' }).click();
    await dialog.getByLabel('Address').fill('https://data.example.org/houses.csv');
    await dialog.getByText('This reads from data.example.org over the network.').waitFor(SLOW);
    await dialog.getByRole('button', { name: 'Files', exact: true }).click();
    await dialog.getByLabel('Or paths on the machine that runs Lathe').fill(table);
    await dialog.getByRole('button', { name: /^Options/ }).click();
    await dialog.getByLabel('Tags').fill('town=luzern');
    await picture('data-import');
    await dialog.getByRole('button', { name: /^Import as houses/ }).click();
    await dialog.getByText(/Imported houses v3: 990 rows; read/).waitFor(SLOW);
    await dialog.getByText('2 of 14 checks did not pass').waitFor(SLOW);
    await dialog.getByRole('button', { name: 'Open v3' }).click();
    await page.getByRole('tab', { name: 'Table' }).waitFor(SLOW);
  });

  it('checks out a version, and deletes one with what that frees and an undo', async () => {
    const folder = path.join(sources, 'out');
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: /^Check out/ }).click();
    await page.getByRole('textbox', { name: 'Folder' }).fill(folder);
    await page.getByRole('button', { name: 'Check out', exact: true }).click();
    await page.getByText(/1 file written/).waitFor(SLOW);
    expect(fs.readFileSync(path.join(folder, 'more.csv'), 'utf8')).toContain('Luzern');
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();

    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: /^Delete v3/ }).click();
    await page.getByText(/once garbage is collected/).waitFor(SLOW);
    await page.getByRole('button', { name: 'Delete v3' }).click();
    await page.getByText(/^Deleted houses v3; frees/).waitFor(SLOW);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('region', { name: 'Versions' }).getByText('v3').waitFor(SLOW);
  });

  it('maps the disk, opens a data set in it, checks the store, and shows what collecting frees', async () => {
    await page.getByRole('navigation').getByRole('link', { name: 'Disk', exact: true }).click();
    await page.getByText(/^The workspace takes/).waitFor(SLOW);
    await page.getByRole('button', { name: /^shapes, data set/ }).waitFor(SLOW);
    await picture('disk');
    await page.getByRole('button', { name: /^shapes, data set/ }).click();
    await page.getByRole('link', { name: 'shapes@v2' }).waitFor(SLOW);
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await page.getByText(/Everything is whole/).waitFor(SLOW);
    await page.getByRole('button', { name: /^Collect garbage/ }).click();
    await page.getByRole('button', { name: 'Show what that frees' }).click();
    await page.getByText(/nothing to free|This frees/).waitFor(SLOW);
    await page.keyboard.press('Escape');
  });

  it('looks the same in the dark', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await openData('houses');
    await page
      .getByRole('grid', { name: /^Rows of houses/ })
      .getByText('Bern')
      .first()
      .waitFor(SLOW);
    await picture('data-dark');
  });

  it('has met no error on the way', () => {
    expect(problems).toEqual([]);
  });
});
