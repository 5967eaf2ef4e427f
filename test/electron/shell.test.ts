import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ensureBuilt } from '../support/ensure-built.ts';

// Loaded by Node itself, so that the bundle and the test share one stand-in for `electron`.
const { startShell, idleCore, until } = createRequire(import.meta.url)(
  './stub/start.ts',
) as typeof import('./stub/start.ts');
type Fake = import('./stub/start.ts').FakeProcess;

beforeAll(() => ensureBuilt('electron'));
afterEach(() => {
  vi.unstubAllEnvs();
});

const portsOf = (window: Awaited<ReturnType<typeof startShell>>['window']) =>
  window.webContents.posted.filter(({ channel }) => channel === 'lathe:port');

describe('a start of the desktop application', () => {
  it('waits for Electron to be ready before it makes anything', async () => {
    const { windowsBeforeReady, electron } = await startShell();
    expect(windowsBeforeReady).toBe(0);
    const { calls } = electron.record;
    expect(calls.indexOf('registerSchemesAsPrivileged')).toBeLessThan(calls.indexOf('ready'));
    expect(calls.indexOf('enableSandbox')).toBeLessThan(calls.indexOf('ready'));
  });

  it('starts the core by the path of its bundle and tells it the workspace', async () => {
    const { forks } = await startShell({ env: { LATHE_WORKSPACE: '/somewhere/of/mine' } });
    expect(forks).toHaveLength(1);
    expect(forks[0]!.modulePath).toMatch(/out[\\/]host[\\/]worker\.js$/);
    expect(forks[0]!.options.serviceName).toBe('Lathe core');
    expect(forks[0]!.sent[0]!.message).toEqual({
      type: 'open',
      workspace: path.resolve('/somewhere/of/mine'),
    });
  });

  it('opens the page by its own scheme and shows the window once it has drawn', async () => {
    const { window } = await startShell();
    expect(window.webContents.url).toBe('lathe://app/');
    expect(window.options.show).toBe(false);
    expect(window.shown).toBe(true);
  });

  it('joins page and core by the two ends of one channel', async () => {
    const { window, forks } = await startShell();
    const connect = forks[0]!.sent.find(({ message }) => (message as { type: string }).type === 'connect')!;
    const [coreEnd] = connect.ports;
    const [pageEnd] = portsOf(window)[0]!.ports;
    const heard = new Promise((resolve) => {
      pageEnd!.on('message', ({ data }) => resolve(data));
      pageEnd!.start();
    });
    coreEnd!.postMessage({ from: 'core' });
    expect(await heard).toEqual({ from: 'core' });
  });

  it('hands over a new port when the page is loaded again', async () => {
    const { window } = await startShell();
    window.webContents.emit('did-finish-load');
    expect(portsOf(window)).toHaveLength(2);
    expect(portsOf(window)[0]!.ports[0]).not.toBe(portsOf(window)[1]!.ports[0]);
  });

  it('opens the window where it was last, unless no screen shows that place any more', async () => {
    const { electron } = await startShell();
    const file = path.join(electron.user.userData, 'window.json');
    electron.app.quit();
    await until(() => electron.record.quit);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ x: 10, y: 20, width: 1000, height: 700 });
    expect((await startShell()).window.options).toMatchObject({ x: 10, y: 20, width: 1000, height: 700 });
    writeFileSync(file, JSON.stringify({ x: 90_000, y: 20, width: 1000, height: 700 }));
    expect((await startShell()).window.options.x).toBeUndefined();
    writeFileSync(file, 'not JSON');
    expect((await startShell()).window.options.x).toBeUndefined();
  });
});

describe('a second start', () => {
  it('quits at once without a window or a core', async () => {
    const { electron, forks } = await startShell({ firstInstance: false });
    expect(electron.record.quit).toBe(true);
    expect(electron.record.windows).toHaveLength(0);
    expect(forks).toHaveLength(0);
  });

  it('brings the window of the first one forward', async () => {
    const { electron, window } = await startShell();
    electron.app.emit('second-instance');
    expect(window.raised).toBe(1);
    expect(electron.record.windows).toHaveLength(1);
  });
});

describe('the menu', () => {
  it('leads to pages of the application and nowhere else', async () => {
    const { electron, window } = await startShell();
    const items = electron.record.menu.flatMap(({ submenu = [] }) => [...submenu]);
    items.find(({ label }) => label === 'Runs')!.click!();
    expect(window.webContents.url).toBe('lathe://app/runs');
    expect(items.some(({ role }) => role === 'toggleDevTools')).toBe(false);
  });

  it('gives every page and Settings a key of its own', async () => {
    const { electron } = await startShell();
    const keys = electron.record.menu.flatMap(({ submenu = [] }) =>
      submenu.map(({ accelerator }) => accelerator),
    );
    const given = keys.filter((key) => key !== undefined);
    expect(given).toContain('CmdOrCtrl+,');
    expect(new Set(given).size).toBe(given.length);
  });

  it('opens the documentation from the disk', async () => {
    const { electron } = await startShell();
    const items = electron.record.menu.flatMap(({ submenu = [] }) => [...submenu]);
    items.find(({ label }) => label === 'Documentation')!.click!();
    expect(electron.record.openedPaths[0]).toMatch(/docs$/);
    expect(electron.record.opened).toEqual([]);
  });
});

describe('a quit', () => {
  it('lets the core close its workspace before the application ends', async () => {
    let endCore = () => {};
    const { electron } = await startShell({
      core: (core, message) => {
        if (message.type === 'close') endCore = () => core.end(0);
        else idleCore(core, message);
      },
    });
    electron.app.quit();
    const told = endCore;
    await until(() => endCore !== told);
    expect(electron.record.quit).toBe(false);
    endCore();
    await until(() => electron.record.quit);
    expect(electron.record.boxes).toEqual([]);
  });

  it.skipIf(process.platform === 'darwin')('follows the close of the window', async () => {
    const { electron, window } = await startShell();
    expect(window.close()).toBe(false);
    await until(() => electron.record.quit);
    expect(window.destroyed).toBe(true);
  });
});

describe('a quit while work is in progress', () => {
  const busyCore = (core: Fake, message: { type: string }) =>
    message.type === 'ask-busy' ? core.say({ type: 'busy', busy: true }) : idleCore(core, message);

  it('goes on in the background on request, with a way back', async () => {
    const { electron, window } = await startShell({ core: busyCore });
    electron.user.boxResponse = 0;
    electron.app.quit();
    await until(() => electron.record.trays.length > 0);
    expect(electron.record.boxes[0]!.message).toBe('Work is still in progress');
    expect(window.shown).toBe(false);
    expect(electron.record.quit).toBe(false);
    electron.record.trays[0]!.menu.find(({ label }) => label === 'Open Lathe')!.click!();
    expect(window.shown).toBe(true);
    expect(electron.record.trays[0]!.destroyed).toBe(true);
  });

  it('stops and quits on request', async () => {
    const { electron } = await startShell({ core: busyCore });
    electron.user.boxResponse = 1;
    electron.app.quit();
    await until(() => electron.record.quit);
  });

  it('stays open when the user cancels', async () => {
    const { electron, window } = await startShell({ core: busyCore });
    electron.user.boxResponse = 2;
    electron.app.quit();
    await until(() => electron.record.boxes.length === 1);
    electron.user.boxResponse = 1;
    expect(electron.record.quit).toBe(false);
    expect(window.shown).toBe(true);
  });
});

describe('a core that dies', () => {
  it('is started again and the window gets a new port', async () => {
    const { window, forks } = await startShell();
    forks[0]!.process.emit('exit', 1);
    await until(() => portsOf(window).length === 2);
    expect(forks).toHaveLength(2);
    expect(forks[1]!.sent[0]!.message).toMatchObject({ type: 'open' });
  });

  it('is not started again when it says that the workspace cannot be opened', async () => {
    const { electron, forks } = await startShell({
      core: (core, { type }) => {
        if (type !== 'open') return;
        core.say({
          type: 'failed',
          code: 'WORKSPACE_LOCKED',
          message: 'Process 4711 has it.',
          nextStep: 'Close it.',
        });
        core.end(1);
      },
    });
    await until(() => electron.record.quit);
    expect(electron.record.errorBoxes).toEqual([
      'The workspace is open elsewhere: Process 4711 has it.\n\nClose it.',
    ]);
    expect(forks).toHaveLength(1);
  });
});

describe('what the core asks of the shell', () => {
  async function ask(message: object) {
    const shell = await startShell({ env: { SOME_SECRET_TOKEN: 'hush' } });
    await until(() => shell.forks[0]!.process.pid !== undefined);
    shell.forks[0]!.process.emit('message', message);
    const answered = () =>
      shell.forks[0]!.sent.filter(({ message: sent }) => (sent as { request?: number }).request === 7);
    return { ...shell, answered };
  }

  it('forks a worker and joins the two by a port of their own', async () => {
    const { forks, answered } = await ask({
      type: 'start-worker',
      request: 7,
      entry: 'model',
      args: ['a'],
      output: null,
    });
    await until(() => answered().length > 0);
    expect(forks[1]!.modulePath).toMatch(/out[\\/]host[\\/]model\.worker\.js$/);
    expect(forks[1]!.args).toEqual(['a']);
    expect(answered()[0]!.message).toMatchObject({ type: 'worker-started', pid: forks[1]!.process.pid });
    const [coreEnd] = answered()[0]!.ports;
    const [workerEnd] = forks[1]!.sent[0]!.ports;
    expect(forks[1]!.sent[0]!.message).toEqual({ type: 'parent' });
    const heard = new Promise((resolve) => {
      workerEnd!.on('message', ({ data }) => resolve(data));
      workerEnd!.start();
    });
    coreEnd!.postMessage(new Float32Array([1, 2]));
    expect(await heard).toEqual(new Float32Array([1, 2]));
  });

  it('gives a worker no secrets', async () => {
    const { forks } = await ask({ type: 'start-worker', request: 7, entry: 'model', args: [], output: null });
    await until(() => forks.length === 2);
    expect(forks[1]!.options.env).toHaveProperty('PATH');
    expect(JSON.stringify(forks[1]!.options.env)).not.toContain('hush');
  });

  it('lets the core end a worker, and says that it ended', async () => {
    const { forks, answered } = await ask({
      type: 'start-worker',
      request: 7,
      entry: 'train',
      args: [],
      output: null,
    });
    await until(() => answered().length > 0);
    forks[0]!.process.emit('message', { type: 'kill-worker', request: 7, signal: 'SIGTERM' });
    await until(() => answered().length > 1);
    expect(answered()[1]!.message).toEqual({ type: 'worker-exited', request: 7, code: 0 });
  });

  it('starts nothing for a worker', async () => {
    const { forks } = await ask({
      type: 'start-worker',
      request: 7,
      entry: 'inference-server',
      args: [],
      output: null,
    });
    await until(() => forks[1]?.process.pid !== undefined);
    forks[1]!.process.emit('message', {
      type: 'start-worker',
      request: 1,
      entry: 'model',
      args: [],
      output: null,
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(forks).toHaveLength(2);
  });

  it('ignores an entry that is not on the list', async () => {
    const { forks } = await ask({
      type: 'start-worker',
      request: 7,
      entry: '/bin/sh',
      args: [],
      output: null,
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(forks).toHaveLength(1);
  });

  it('ends the workers of a core that died', async () => {
    const { forks, answered } = await ask({
      type: 'start-worker',
      request: 7,
      entry: 'model',
      args: [],
      output: null,
    });
    await until(() => answered().length > 0);
    forks[0]!.process.emit('exit', 1);
    expect((forks[1]!.process as Fake).kills).toEqual(['SIGTERM']);
  });

  it('passes on the files that the user chose', async () => {
    const asked = ask({ type: 'choose-files', request: 7, title: 'Import', folders: false });
    const { electron, answered } = await asked;
    await until(() => answered().length > 0);
    expect(answered()[0]!.message).toEqual({ type: 'files-chosen', request: 7, paths: electron.user.files });
  });
});

describe('the workspace', () => {
  it('is ~/Lathe where nobody names another', async () => {
    vi.stubEnv('LATHE_WORKSPACE', '');
    const { forks } = await startShell();
    expect(forks[0]!.sent[0]!.message).toEqual({ type: 'open', workspace: path.join(os.homedir(), 'Lathe') });
  });
});
