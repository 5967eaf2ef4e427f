import path from 'node:path';
import { app, BrowserWindow, nativeTheme } from 'electron';
import { places } from './places.ts';
import { appOrigin } from './protocol.ts';
import { readBounds, rememberBounds } from './window-bounds.ts';

/** The canvas colours of the two themes, so that the window does not flash before the page has drawn. */
const background = { dark: '#0f1113', light: '#eef0f2' };

/** Make the window; it shows itself when the page has drawn. */
export function openWindow(): BrowserWindow {
  const boundsFile = path.join(app.getPath('userData'), 'window.json');
  const window = new BrowserWindow({
    title: 'Lathe',
    width: 1360,
    height: 860,
    ...readBounds(boundsFile),
    minWidth: 880,
    minHeight: 560,
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? background.dark : background.light,
    icon: places.icon,
    webPreferences: {
      preload: places.preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      safeDialogs: true,
      // Chromium would fetch its dictionaries from the network.
      spellcheck: false,
    },
  });
  window.once('ready-to-show', () => window.show());
  rememberBounds(window, boundsFile);
  void window.loadURL(`${appOrigin}/`);
  return window;
}

/** Bring the window before the user, wherever it is. */
export function raiseWindow(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}
