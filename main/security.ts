import { app, type BrowserWindow, dialog, type Session, shell, type WebContents } from 'electron';
import { isAppUrl } from './protocol.ts';

/** What a page may ask of the desktop: to put text on the clipboard, for its Copy buttons. */
const allowedPermissions: ReadonlySet<string> = new Set(['clipboard-sanitized-write']);

/** Where a page may load from. Nothing of Lathe's page comes from a network. */
const localSchemes: ReadonlySet<string> = new Set(['lathe:', 'blob:', 'data:', 'devtools:']);

/** Limits that hold for every page that this process will ever show. To be called before the first window. */
export function limitWebContents(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.on('will-frame-navigate', (event) => {
      if (event.isMainFrame && isAppUrl(event.url)) return;
      event.preventDefault();
    });
    contents.on('will-redirect', (event) => {
      if (!isAppUrl(event.url)) event.preventDefault();
    });
    contents.on('select-bluetooth-device', (event, _devices, choose) => {
      event.preventDefault();
      choose('');
    });
    contents.setWindowOpenHandler(({ url }) => {
      void openOutside(contents, url);
      return { action: 'deny' };
    });
  });
}

/** Deny what pages ask for, keep them off the network, and let them save only files that they made themselves. */
export function limitSession(session: Session): void {
  session.setPermissionRequestHandler((contents, permission, decide) =>
    decide(isAppUrl(contents.getURL()) && allowedPermissions.has(permission)),
  );
  session.setPermissionCheckHandler(
    (_contents, permission, origin) => isAppUrl(origin) && allowedPermissions.has(permission),
  );
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest(({ url }, decide) =>
    decide({ cancel: !localSchemes.has(URL.parse(url)?.protocol ?? '') }),
  );
  session.on('will-download', (event, item) => {
    const source = item.getURL();
    if (!isAppUrl(source) && !isAppUrl(source.replace(/^blob:/, ''))) event.preventDefault();
  });
}

/** Open a link in the user's browser, after asking; anything but https is refused. */
async function openOutside(contents: WebContents, url: string): Promise<void> {
  const target = URL.parse(url);
  if (target?.protocol !== 'https:' || !isAppUrl(contents.getURL())) return;
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: `Open ${target.host} in your browser?`,
    detail: `${target.href}\n\nThis leaves Lathe and uses the network.`,
    buttons: ['Cancel', 'Open'],
    defaultId: 0,
    cancelId: 0,
  });
  if (response === 1) await shell.openExternal(target.href);
}

/** Whether it is our own page, and nothing that it embeds or was sent to, that this window shows. */
export function showsApp(window: BrowserWindow): boolean {
  return !window.isDestroyed() && isAppUrl(window.webContents.mainFrame.url);
}
