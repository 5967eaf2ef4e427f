/** Each item of Electron's public security checklist (docs/tutorial/security) that a test can assert, by its number. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../support/ensure-built.ts';

const { startShell, until } = createRequire(import.meta.url)(
  './stub/start.ts',
) as typeof import('./stub/start.ts');
type Started = Awaited<ReturnType<typeof startShell>>;

const root = fileURLToPath(new URL('../..', import.meta.url));
let shell: Started;
let preferences: Record<string, unknown>;

beforeAll(async () => {
  ensureBuilt('electron', 'renderer');
  shell = await startShell();
  preferences = shell.window.options.webPreferences;
});

const fetchApp = (url: string, init?: RequestInit) =>
  shell.electron.protocol.handler!(new Request(url, init));
const handlers = () =>
  shell.electron.session.defaultSession.handlers as Record<string, (...args: unknown[]) => unknown>;

function requestGoesOut(url: string): boolean {
  let cancelled: boolean | undefined;
  handlers().beforeRequest!({ url }, ({ cancel }: { cancel: boolean }) => (cancelled = cancel));
  return cancelled === false;
}

describe('security checklist', () => {
  it('1: loads nothing from the network, secure or not', () => {
    for (const url of [
      'https://example.org/a.js',
      'http://127.0.0.1:4780/',
      'ws://example.org/',
      'file:///etc/passwd',
    ]) {
      expect(requestGoesOut(url), url).toBe(false);
    }
    expect(requestGoesOut('lathe://app/index.html')).toBe(true);
    expect(shell.electron.record.switches).toContain('disable-background-networking');
    expect(preferences.spellcheck).toBe(false);
  });

  it('2: gives pages, their workers and their frames no Node', () => {
    expect(preferences.nodeIntegration).toBe(false);
    expect(preferences.nodeIntegrationInWorker).toBe(false);
    expect(preferences.nodeIntegrationInSubFrames).toBe(false);
  });

  it('3: isolates the context of the preload', () => {
    expect(preferences.contextIsolation).toBe(true);
  });

  it('4: sandboxes every renderer', () => {
    expect(preferences.sandbox).toBe(true);
    expect(shell.electron.record.calls).toContain('enableSandbox');
  });

  it('5: denies every permission but writing text to the clipboard, and that to other pages too', () => {
    const request = (url: string, permission: string) => {
      let granted: boolean | undefined;
      handlers().permissionRequest!({ getURL: () => url }, permission, (yes: boolean) => (granted = yes));
      return granted;
    };
    const own = 'lathe://app/runs';
    for (const permission of [
      'media',
      'geolocation',
      'notifications',
      'fullscreen',
      'openExternal',
      'clipboard-read',
      'usb',
      'fileSystem',
    ]) {
      expect(request(own, permission), permission).toBe(false);
      expect(handlers().permissionCheck!(null, permission, 'lathe://app/')).toBe(false);
    }
    expect(request(own, 'clipboard-sanitized-write')).toBe(true);
    expect(handlers().permissionCheck!(null, 'clipboard-sanitized-write', 'lathe://app/')).toBe(true);
    expect(request('https://example.org/', 'clipboard-sanitized-write')).toBe(false);
    expect(handlers().permissionCheck!(null, 'clipboard-sanitized-write', 'https://example.org/')).toBe(
      false,
    );
    expect(handlers().devicePermission!({})).toBe(false);
  });

  it('6: leaves webSecurity on', () => {
    expect(preferences.webSecurity).toBe(true);
  });

  it('7: sends a Content-Security-Policy that lets no script in but its own files', async () => {
    for (const url of ['lathe://app/', 'lathe://app/missing.js', 'lathe://app/runs/1']) {
      const policy = (await fetchApp(url)).headers.get('content-security-policy')!;
      const directives = Object.fromEntries(policy.split('; ').map((part) => [part.split(' ')[0], part]));
      expect(directives['default-src']).toBe("default-src 'none'");
      expect(directives['script-src']).toBe("script-src 'self'");
      expect(directives['connect-src']).toBe("connect-src 'self'");
      expect(directives['frame-ancestors']).toBe("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe-eval|https?:|\*/);
    }
    expect((await fetchApp('lathe://app/')).headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('8: does not allow insecure content', () => {
    expect(preferences.allowRunningInsecureContent).toBe(false);
  });

  it('9 and 10: enables no experimental and no Blink features', () => {
    expect(preferences.experimentalFeatures).toBe(false);
    expect(preferences).not.toHaveProperty('enableBlinkFeatures');
  });

  it('11 and 12: has no webviews, and refuses one that appears', () => {
    expect(preferences.webviewTag).toBe(false);
    const event = shell.electron.cancellable();
    shell.window.webContents.emit('will-attach-webview', event, {}, {});
    expect(event.defaultPrevented).toBe(true);
  });

  it('13: stays on its own page', () => {
    const refused = (name: string, fields: { url: string; isMainFrame: boolean }) => {
      const event = shell.electron.cancellable(fields);
      shell.window.webContents.emit(name, event);
      return event.defaultPrevented;
    };
    const elsewhere = [
      'https://example.org/',
      'file:///etc/passwd',
      'lathe://other/',
      'javascript:alert(1)',
      'data:text/html,x',
      'http://lathe://app/',
      'not a url',
    ];
    for (const url of elsewhere) {
      expect(refused('will-frame-navigate', { url, isMainFrame: true }), url).toBe(true);
      expect(refused('will-redirect', { url, isMainFrame: true }), url).toBe(true);
    }
    expect(refused('will-frame-navigate', { url: 'lathe://app/data', isMainFrame: true })).toBe(false);
    expect(refused('will-frame-navigate', { url: 'lathe://app/data', isMainFrame: false })).toBe(true);
  });

  it('14 and 15: opens no windows, and links only over https, only outside, only after asking', async () => {
    const { electron, window } = shell;
    const open = (url: string) => window.webContents.openHandler({ url });
    for (const url of [
      'file:///etc/passwd',
      'http://example.org',
      'smb://host/x',
      'ms-msdt:/id',
      'lathe://app/data',
      'nonsense',
    ]) {
      expect(open(url)).toEqual({ action: 'deny' });
    }
    expect(electron.record.boxes).toEqual([]);
    electron.user.boxResponse = 0;
    expect(open('https://example.org/a')).toEqual({ action: 'deny' });
    await until(() => electron.record.boxes.length === 1);
    expect(electron.record.boxes[0]!.message).toBe('Open example.org in your browser?');
    expect(electron.record.opened).toEqual([]);
    electron.user.boxResponse = 1;
    expect(open('https://example.org/a')).toEqual({ action: 'deny' });
    await until(() => electron.record.opened.length === 1);
    expect(electron.record.opened).toEqual(['https://example.org/a']);
  });

  it('16: uses the release of Electron that the lock file names, of a line that is still maintained', () => {
    const { devDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    expect(Number(devDependencies.electron.split('.')[0])).toBeGreaterThanOrEqual(45);
    expect(devDependencies.electron).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('17: listens to no message of the page, and gives the port only to its own page', () => {
    const bundle = readFileSync(path.join(root, 'out/main/index.js'), 'utf8');
    expect(bundle).not.toContain('ipcMain');
    const { webContents } = shell.window;
    const before = webContents.posted.length;
    webContents.url = 'https://example.org/';
    webContents.emit('did-finish-load');
    expect(webContents.posted).toHaveLength(before);
    webContents.url = 'lathe://app/';
    webContents.emit('did-finish-load');
    expect(webContents.posted).toHaveLength(before + 1);
  });

  it('18: serves its page by a scheme of its own that bypasses nothing', () => {
    const [registered] = shell.electron.record.schemes;
    expect(registered!.scheme).toBe('lathe');
    expect(registered!.privileges).toMatchObject({ standard: true, secure: true, supportFetchAPI: true });
    expect(registered!.privileges).not.toHaveProperty('bypassCSP');
    expect(registered!.privileges).not.toHaveProperty('corsEnabled');
    expect(shell.electron.protocol.handled).toEqual(['lathe']);
    expect(readFileSync(path.join(root, 'out/main/index.js'), 'utf8')).not.toMatch(/loadFile|file:\/\//);
  });

  it('20: shows the page nothing of Electron but one port', () => {
    const preload = readFileSync(path.join(root, 'out/preload/index.cjs'), 'utf8');
    expect(preload.length).toBeLessThan(1000);
    expect(preload).not.toContain('contextBridge');
    expect(preload.match(/require\([^)]*\)(?:\.\w+)?/g)).toEqual(['require("electron").ipcRenderer']);
  });
});

describe('the application’s own scheme', () => {
  it('serves index.html for every screen and its files with their types', async () => {
    for (const url of ['lathe://app/', 'lathe://app/runs/0123?tab=logs', 'lathe://app/index.html']) {
      const answer = await fetchApp(url);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(await answer.text()).toBe(readFileSync(path.join(root, 'out/renderer/index.html'), 'utf8'));
    }
  });

  it.each([
    'lathe://app/../main/index.js',
    'lathe://app/..%2fmain%2findex.js',
    'lathe://app/%2e%2e%2fmain/index.js',
    'lathe://app/..%5cmain%5cindex.js',
    'lathe://app/assets/..%2f..%2f..%2fpackage.json',
    'lathe://app/index.html%00.js',
    'lathe://app/C:%2fWindows%2fwin.ini',
    'lathe://app/%E0%A4%A.js',
    'lathe://other/index.html',
    'lathe://app/missing.js',
  ])('refuses %s', async (url) => {
    const answer = await fetchApp(url);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toBe('');
  });

  it('only reads', async () => {
    expect((await fetchApp('lathe://app/api/v1/uploads', { method: 'PUT', body: 'x' })).status).toBe(405);
    expect((await fetchApp('lathe://app/', { method: 'POST' })).status).toBe(405);
  });

  it('lets the page save what it made, and nothing from elsewhere', () => {
    const refused = (url: string) => {
      const event = shell.electron.cancellable();
      shell.electron.session.defaultSession.emit('will-download', event, { getURL: () => url });
      return event.defaultPrevented;
    };
    expect(refused('blob:lathe://app/1f0c')).toBe(false);
    expect(refused('https://example.org/x.exe')).toBe(true);
    expect(refused('data:text/html,x')).toBe(true);
  });
});
