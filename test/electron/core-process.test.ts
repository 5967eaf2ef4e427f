import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LatheClient } from '../../app/contract/index.ts';
import { messagePortClient } from '../../app/host/transports/clients.ts';
import { ensureBuilt } from '../support/ensure-built.ts';

const { startShell, until } = createRequire(import.meta.url)(
  './stub/start.ts',
) as typeof import('./stub/start.ts');

/** The built shell, core and workers as the processes that Electron would make of them; only Electron is played. */
describe('the built core, started by the built shell', () => {
  const workspace = mkdtempSync(path.join(os.tmpdir(), 'lathe-core-'));
  let shell: Awaited<ReturnType<typeof startShell>>;
  let client: LatheClient;
  let hangUp = () => {};

  beforeAll(async () => {
    ensureBuilt('host', 'electron');
    shell = await startShell({ realProcesses: true, env: { LATHE_WORKSPACE: workspace } });
    const [pageEnd] = shell.window.webContents.posted[0]!.ports;
    const { port1, port2 } = new MessageChannel();
    pageEnd!.on('message', ({ data }) => port1.postMessage(data));
    port1.on('message', (data) => pageEnd!.postMessage(data));
    pageEnd!.start();
    client = messagePortClient(port2).client;
    hangUp = () => port1.close();
  });
  afterAll(() => {
    hangUp();
    rmSync(workspace, { recursive: true, force: true });
  });

  it('answers the page over its port, as the host it is', async () => {
    expect(await client.system.info()).toMatchObject({ workspace, host: 'electron', applicationUrl: null });
  });

  it('asks the shell for the file dialog', async () => {
    shell.electron.user.files = ['/data/digits.csv'];
    expect(await client.system.chooseFiles({ title: 'Import' })).toEqual({
      supported: true,
      paths: ['/data/digits.csv'],
    });
  });

  it("seals secrets with the system's keyring, and does not take one that only obscures for one", async () => {
    expect(await client.credentials.set({ name: 'mine', value: 'very-secret' })).toMatchObject({
      protection: 'keyring',
    });
    const kept = readFileSync(path.join(workspace, 'auth', 'credentials.json'), 'utf8');
    expect(kept).toContain(Buffer.from('sealed:').toString('base64').slice(0, 8));
    expect(kept).not.toContain(Buffer.from('very-secret').toString('base64').slice(0, 8));
    shell.electron.user.keyring = 'basic_text';
    expect(await client.credentials.status()).toMatchObject({ protection: 'passphrase', locked: true });
    shell.electron.user.keyring = 'gnome_libsecret';
  });

  it('does the whole main job in processes that the shell forks', async () => {
    const { id } = await client.sample.start({});
    for await (const { state, failure } of await client.jobs.watch({ id })) {
      expect(failure).toBeNull();
      if (state === 'finished') break;
    }
    const forked = shell.forks.map(({ modulePath }) => path.basename(modulePath));
    expect(new Set(forked)).toEqual(
      new Set(['worker.js', 'train.worker.js', 'model.worker.js', 'inference-server.js']),
    );
    expect(forked.filter((name) => name === 'train.worker.js')).toHaveLength(2);
    const [run] = readdirSync(path.join(workspace, 'runs'));
    expect(readdirSync(path.join(workspace, 'runs', run!))).toContain('stdout.log');
  });

  it('closes its workspace and ends well when the application quits', async () => {
    const ended = new Promise((resolve) => shell.forks[0]!.process.once('exit', resolve));
    shell.electron.app.quit();
    expect(await ended).toBe(0);
    await until(() => shell.electron.record.quit);
    expect(shell.electron.record.errorBoxes).toEqual([]);
    expect(readdirSync(workspace)).not.toContain('lathe.db-wal');
  });
});
