import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser } from '../support/browser.ts';
import { FileServer } from '../support/file-server.ts';
import { lathe } from '../support/lathe-process.ts';
import { openScreen, type Screen, SLOW } from '../support/screen.ts';

const browserPath = findBrowser();
const PASSPHRASE = 'a long passphrase';

/** What stands between a person and a new version, and how the screen helps them over it. */
describe.skipIf(!browserPath)('imports that are refused, in a browser', { timeout: 180_000 }, () => {
  let screen: Screen;
  let files: FileServer;

  beforeAll(async () => {
    files = await new FileServer().start();
    files.files.set('/prices.csv', { content: Buffer.from('id,price\n1,10\n2,20\n') });
    files.authorization = 'Bearer the token';
    screen = await openScreen(browserPath!, () => ({ [new URL(files.url('/')).host]: 'data.example.org' }));
  });
  afterAll(async () => {
    await screen?.close();
    await files?.close();
  });

  const dialog = () => screen.page.getByRole('dialog').last();
  const field = (name: string) => dialog().getByLabel(name, { exact: true });
  const button = (name: string) => dialog().getByRole('button', { name, exact: true });
  const openImport = async () => {
    await screen.goTo('/data');
    await screen.page.getByRole('button', { name: 'Import data' }).first().click();
  };

  it('says why it cannot begin yet, and takes the focus where one types first', async () => {
    await openImport();
    await dialog().getByText('Choose files or name a path.').waitFor(SLOW);
    expect(await button('Import').isDisabled()).toBe(true);
    await dialog().getByRole('button', { name: 'URL', exact: true }).click();
    await dialog().getByText('Give the address of a file.').waitFor(SLOW);
    await field('Address').fill('ftp://somewhere/x.csv');
    await dialog()
      .getByText(/an address begins with http/)
      .waitFor(SLOW);
    await dialog().getByText('Mend what is marked red.').waitFor(SLOW);
    await screen.page.keyboard.press('Escape');
    await expect.poll(() => screen.page.getByRole('dialog').count(), SLOW).toBe(0);
  });

  it('asks for the passphrase of locked secrets where one of them is chosen', async () => {
    await openImport();
    await dialog().getByRole('button', { name: 'URL', exact: true }).click();
    await field('Address').fill(files.url('/prices.csv'));
    await field('Credential').selectOption({ label: 'Add one…' });
    await field('Name').fill('token');
    await field('Secret').fill('the token');
    await field('Passphrase').fill(PASSPHRASE);
    await screen.page.keyboard.press('Enter');
    await expect.poll(() => field('Credential').inputValue(), SLOW).toBe('token');

    await screen.restart();
    await openImport();
    await dialog().getByRole('button', { name: 'URL', exact: true }).click();
    await field('Address').fill(files.url('/prices.csv'));
    await field('Credential').selectOption('token');
    await dialog().getByText('The secrets are locked: unlock them first.').waitFor(SLOW);
    expect(await button('Import as prices').isDisabled()).toBe(true);
    await field('Passphrase').fill('not the passphrase');
    await screen.page.keyboard.press('Enter');
    await dialog().getByText('This is not the passphrase of this workspace.').waitFor(SLOW);
    await screen.picture('import-locked');
    await field('Passphrase').fill(PASSPHRASE);
    await screen.page.keyboard.press('Enter');
    await expect.poll(() => button('Import as prices').isEnabled(), SLOW).toBe(true);
    await field('Address').press('Enter');
    await screen.page.getByRole('grid', { name: /^Rows of prices v1/ }).waitFor(SLOW);
  });

  it('tells which check refused an import, and leads to it', async () => {
    const made = await lathe(
      ['data', 'expect', 'add', 'prices', 'range', '--column', 'price', '--max', '50'],
      screen.workspace,
    );
    expect(made.code, made.stdout + made.stderr).toBe(0);
    const table = path.join(screen.sources, 'prices.csv');
    fs.writeFileSync(table, 'id,price\n1,10\n2,700\n3,800\n');
    await screen.goTo('/data/prices');
    await screen.page.getByRole('button', { name: 'New version' }).click();
    await field('Or paths on the machine that runs Lathe').fill(table);
    await button('Import as prices').click();
    await dialog()
      .getByText(/price is at most 50/)
      .waitFor(SLOW);
    await button('See the checks').click();
    await screen.page.getByRole('list', { name: 'Checks' }).getByText('price is at most 50').waitFor(SLOW);
  });

  it('has met no error on the way', () => {
    expect(screen.problems).toEqual([]);
  });
});
