import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import SQLite from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser } from '../support/browser.ts';
import { type BucketServer, startBucketServer } from '../support/bucket-server.ts';
import { FileServer } from '../support/file-server.ts';
import { lathe } from '../support/lathe-process.ts';
import { findPostgres, startPostgres } from '../support/postgres-server.ts';
import { pythonWith } from '../support/python.ts';
import { openScreen, type Screen, SLOW } from '../support/screen.ts';

const browserPath = findBrowser();
const fixtures = path.join(import.meta.dirname, '../fixtures/data-formats');
const MOTO = 'moto[server]==5.2.5';

const sales = `day,store,amount\n${Array.from({ length: 60 }, (_, index) => `2026-0${1 + (index % 9)}-1${index % 10},${['north', 'south'][index % 2]},${100 + ((index * 37) % 90)}`).join('\n')}\n`;

/** A person who fetches data from elsewhere, by clicking and typing in a real browser. */
describe.skipIf(!browserPath)('data from elsewhere, in a browser', { timeout: 180_000 }, () => {
  let screen: Screen;
  let files: FileServer;

  beforeAll(async () => {
    files = await new FileServer().start();
    files.files.set('/sales.csv', { content: Buffer.from(sales) });
    screen = await openScreen(browserPath!, () => ({
      [new URL(files.url('/')).host]: 'data.example.org',
      [fixtures]: '~/data',
    }));
  });
  afterAll(async () => {
    await screen?.close();
    await files?.close();
  });

  const dialog = () => screen.page.getByRole('dialog').last();
  const field = (name: string) => dialog().getByLabel(name, { exact: true });
  /** The import dialog for a new data set, with a source chosen. */
  const importFrom = async (source: string) => {
    await screen.goTo('/data');
    await screen.page.getByRole('button', { name: 'Import data' }).first().click();
    await dialog().getByRole('button', { name: source, exact: true }).click();
  };
  const tableOf = (name: string) => screen.page.getByRole('grid', { name: new RegExp(`^Rows of ${name} v`) });

  it('refuses other bytes than a digest says, and takes the right ones without typing all again', async () => {
    await importFrom('URL');
    await field('Address').fill(files.url('/sales.csv'));
    await field('Expected digest').fill(`sha256:${'0'.repeat(64)}`);
    await screen.page.keyboard.press('Enter');
    const found = createHash('sha256').update(sales).digest('hex');
    await dialog().getByText(`has the sha256 digest ${found}, not 000`).waitFor(SLOW);
    await dialog().getByText('Check the address and the digest').waitFor(SLOW);
    await dialog().getByRole('button', { name: 'Back' }).click();
    expect(await field('Address').inputValue()).toBe(files.url('/sales.csv'));
    await field('Expected digest').fill(`sha256:${found}`);
    await screen.page.keyboard.press('Enter');
    await tableOf('sales').getByText('north').first().waitFor(SLOW);
    await screen.page.getByRole('tab', { name: 'Overview' }).click();
    await screen.page.getByText(files.url('/sales.csv')).first().waitFor(SLOW);
  });

  it('says from where it fetches while it does', async () => {
    const host = new URL(files.url('/')).host;
    files.files.set('/large.csv', { content: Buffer.from(`x\n${'1\n'.repeat(200_000)}`) });
    files.hold = true;
    await importFrom('URL');
    await field('Address').fill(files.url('/large.csv'));
    await dialog().getByText(`This reads from ${host} over the network.`).waitFor(SLOW);
    await screen.page.keyboard.press('Enter');
    await dialog().getByText(`Fetching from ${host}`, { exact: true }).waitFor(SLOW);
    await screen.page.keyboard.press('Escape');
    const status = screen.page.getByRole('contentinfo');
    await status.getByText(`Fetching from ${host}`).waitFor(SLOW);
    await screen.page.getByRole('main').getByText(`Fetching from ${host}`).waitFor(SLOW);
    const rail = screen.page.getByRole('navigation', { name: 'Pages' });
    expect(await rail.getByRole('link', { name: /^Runs/ }).textContent()).toBe('Runs');
    files.release();
    await screen.page.reload();
    await screen.page
      .getByRole('grid', { name: 'Datasets' })
      .getByText('large', { exact: true })
      .waitFor(SLOW);
  });

  it('takes the answer to a query of a database file as a table', async () => {
    const sqlite = path.join(screen.sources, 'shop.db');
    const database = new SQLite(sqlite);
    database.exec(`CREATE TABLE orders (id INTEGER PRIMARY KEY, city TEXT, total REAL);
      INSERT INTO orders VALUES (1, 'Bern', 12.5), (2, 'Basel', 20), (3, 'Bern', 7.25);`);
    database.close();
    await importFrom('SQL query');
    await field('Database kind').selectOption('sqlite');
    await field('Database').fill(sqlite);
    await field('Query').fill('SELECT city, totl FROM orders');
    await field('Query').press('Control+Enter');
    await dialog().getByText(/totl/).first().waitFor(SLOW);
    await dialog().getByRole('button', { name: 'Back' }).click();
    await field('Query').fill('SELECT city, sum(total) AS total FROM orders GROUP BY city');
    await screen.picture('import-sql');
    await field('Query').press('Control+Enter');
    await tableOf('orders').getByText('Basel').waitFor(SLOW);

    const duckdb = path.join(screen.sources, 'shop.duckdb');
    const instance = await DuckDBInstance.create(duckdb);
    const connection = await instance.connect();
    await connection.run("CREATE TABLE visits AS SELECT i AS id, 'page ' || i AS page FROM range(40) r(i)");
    connection.closeSync();
    instance.closeSync();
    await importFrom('SQL query');
    await field('Database kind').selectOption('duckdb');
    await field('Database').fill(duckdb);
    await field('Query').fill('SELECT * FROM visits WHERE id >= 10');
    await dialog().getByRole('button', { name: 'Import as visits' }).click();
    await tableOf('visits').getByText('page 10', { exact: true }).waitFor(SLOW);
  });

  const postgres = browserPath ? findPostgres() : null;
  it.skipIf(postgres === null)('asks PostgreSQL with a password that it keeps sealed', async () => {
    const server = await startPostgres(postgres!);
    try {
      await server.execute(
        "CREATE TABLE readings AS SELECT n AS id, 'sensor ' || n AS sensor FROM generate_series(1, 30) n",
      );
      await importFrom('SQL query');
      await field('Database').fill(`postgresql://tester@127.0.0.1:${server.port}/postgres`);
      await field('Query').fill('SELECT * FROM readings');
      await keepSecret('warehouse', server.password);
      await dialog().getByRole('button', { name: 'Import as readings' }).click();
      await tableOf('readings').getByText('sensor 1', { exact: true }).waitFor(SLOW);
    } finally {
      await server.close();
    }
  });

  /** Add a credential on the way; the first one of this workspace chooses the passphrase too. */
  const keepSecret = async (name: string, value: string) => {
    await field('Credential').selectOption({ label: 'Add one…' });
    await field('Name').fill(name);
    await field('Secret').fill(value);
    if (await field('Passphrase').isVisible()) await field('Passphrase').fill('a long passphrase');
    await screen.page.keyboard.press('Enter');
    await expect.poll(() => field('Credential').inputValue(), SLOW).toBe(name);
  };

  it('takes a Croissant description with the files that it names', async () => {
    const folder = path.join(screen.sources, 'published');
    const { code, stderr } = await lathe(
      ['data', 'export', 'sales', folder, '--croissant'],
      screen.workspace,
    );
    expect(code, stderr).toBe(0);
    for (const name of fs.readdirSync(folder)) {
      files.files.set(`/set/${name}`, { content: fs.readFileSync(path.join(folder, name)) });
    }
    await importFrom('Croissant');
    await field('Description').fill(files.url('/set/croissant.json'));
    await field('Dataset').fill('published');
    await screen.page.keyboard.press('Enter');
    await tableOf('published').getByText('south').first().waitFor(SLOW);
  });

  it('draws the boxes of COCO and YOLO on their pictures', async () => {
    for (const [name, format] of [
      ['boxes', 'coco'],
      ['marked', 'yolo'],
    ] as const) {
      await importFrom('Files');
      await field('Or paths on the machine that runs Lathe').fill(path.join(fixtures, format));
      await field('Dataset').fill(name);
      await dialog()
        .getByRole('button', { name: `Import as ${name}` })
        .click();
      await screen.page.getByRole('tab', { name: 'Images' }).click();
      const pictures = screen.page.getByRole('listbox', { name: new RegExp(`^Pictures of ${name}`) });
      await expect.poll(() => pictures.locator('i').count(), SLOW).toBeGreaterThan(0);
      await pictures.focus();
      await screen.page.keyboard.press('Enter');
      await expect.poll(() => dialog().locator('i').count(), SLOW).toBeGreaterThan(0);
      await screen.page.keyboard.press('Escape');
    }
  });

  describe('from a bucket', () => {
    let python: string | null;
    let bucket: BucketServer;
    beforeAll(async () => {
      python = await pythonWith([MOTO]);
      if (python === null) return;
      bucket = await startBucketServer(python);
      await bucket.makeBucket('measurements');
      await bucket.put('measurements', 'raw/one.csv', Buffer.from('city,degrees\nBern,12\nChur,9\n'));
      await bucket.put('measurements', 'raw/two.csv', Buffer.from('city,degrees\nBasel,14\n'));
    }, 600_000);
    afterAll(() => bucket?.close());

    it('fetches the objects below a prefix, with keys that it keeps sealed', async ({ skip }) => {
      if (python === null) skip('no Python with moto');
      await importFrom('S3 bucket');
      await field('Bucket').fill('measurements');
      await field('Keys that begin with').fill('raw/');
      await field('Endpoint').fill(bucket.url);
      await keepSecret('storage', `${bucket.keys.accessKeyId}:wrong`);
      await field('Dataset').fill('degrees');
      await dialog().getByRole('button', { name: 'Import as degrees' }).click();
      await dialog()
        .getByText(/credential/i)
        .first()
        .waitFor(SLOW);
      await dialog().getByRole('button', { name: 'Back' }).click();
      await keepSecret('storage', `${bucket.keys.accessKeyId}:${bucket.keys.secretAccessKey}`);
      await dialog().getByRole('button', { name: 'Import as degrees' }).click();
      await tableOf('degrees').getByText('Basel').waitFor(SLOW);
    });
  });

  it('has met no error on the way', () => {
    expect(screen.problems).toEqual([]);
  });
});
