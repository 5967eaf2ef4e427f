/** A stand-in for the `electron` module that records what the shell asks of it and lets a scenario play the desktop. */
import { EventEmitter } from 'node:events';
import { MessageChannelMain, type StubPort } from './ports.ts';
import { utilityProcess } from './utility-process.ts';

export { MessageChannelMain, utilityProcess };

const blank = () => ({
  calls: [] as string[],
  switches: [] as string[],
  schemes: [] as { scheme: string; privileges: Record<string, boolean> }[],
  windows: [] as BrowserWindow[],
  menu: [] as MenuItem[],
  opened: [] as string[],
  openedPaths: [] as string[],
  boxes: [] as { message: string; buttons: string[] }[],
  errorBoxes: [] as string[],
  trays: [] as Tray[],
  quit: false,
});

/** What the shell did since the last `reset`. */
export const record = blank();

/** Forget everything, so that the shell can be started anew. */
export function reset(): void {
  Object.assign(record, blank());
  app.reset();
  session.defaultSession = new Session();
  protocol.handler = undefined;
  protocol.handled.length = 0;
}

/** What the scenario decides for the user. */
export const user = {
  firstInstance: true,
  boxResponse: 0,
  files: [] as string[],
  /** What keeps the desktop's secrets. */
  keyring: 'gnome_libsecret',
  userData: '',
  displays: [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }],
};

interface MenuItem {
  readonly label?: string;
  readonly role?: string;
  readonly accelerator?: string;
  readonly submenu?: readonly MenuItem[];
  readonly click?: () => void;
}

/** An event as Electron's emitters pass it. */
export function cancellable(fields: object = {}) {
  const event = {
    defaultPrevented: false,
    preventDefault: () => {
      event.defaultPrevented = true;
    },
    ...fields,
  };
  return event;
}

class App extends EventEmitter {
  #ready = Promise.withResolvers<void>();
  readonly name = 'Lathe';
  readonly isPackaged = true;
  readonly commandLine = { appendSwitch: (name: string) => void record.switches.push(name) };
  whenReady(): Promise<void> {
    return this.#ready.promise;
  }
  becomeReady(): void {
    record.calls.push('ready');
    this.#ready.resolve();
  }
  reset(): void {
    this.removeAllListeners();
    this.#ready = Promise.withResolvers<void>();
  }
  enableSandbox(): void {
    record.calls.push('enableSandbox');
  }
  requestSingleInstanceLock(): boolean {
    record.calls.push('requestSingleInstanceLock');
    return user.firstInstance;
  }
  getPath(): string {
    return user.userData;
  }
  /** As the real one: before-quit, then every window's close, then will-quit. */
  quit(): void {
    const before = cancellable();
    this.emit('before-quit', before);
    if (before.defaultPrevented) return;
    for (const window of [...record.windows]) if (!window.close()) return;
    record.quit = true;
    this.emit('will-quit', cancellable());
  }
}
export const app = new App();

class WebContents extends EventEmitter {
  url = '';
  openHandler: (details: { url: string }) => { action: string } = () => ({ action: 'allow' });
  readonly posted: { channel: string; message: unknown; ports: readonly StubPort[] }[] = [];
  readonly navigationHistory = { goBack: () => {}, goForward: () => {} };
  readonly mainFrame: { readonly url: string };
  constructor() {
    super();
    const current = () => this.url;
    this.mainFrame = {
      get url() {
        return current();
      },
    };
    app.emit('web-contents-created', {}, this);
  }
  getURL(): string {
    return this.url;
  }
  setWindowOpenHandler(handler: WebContents['openHandler']): void {
    this.openHandler = handler;
  }
  postMessage(channel: string, message: unknown, ports: readonly StubPort[]): void {
    this.posted.push({ channel, message, ports });
  }
  reload(): void {
    this.emit('did-finish-load');
  }
}

export class BrowserWindow extends EventEmitter {
  readonly options: Record<string, unknown> & { readonly webPreferences: Record<string, unknown> };
  readonly webContents = new WebContents();
  shown = false;
  raised = 0;
  destroyed = false;
  constructor(options: BrowserWindow['options']) {
    super();
    this.options = options;
    record.windows.push(this);
  }
  async loadURL(url: string): Promise<void> {
    this.webContents.url = url;
  }
  getNormalBounds() {
    return { x: 10, y: 20, width: 1000, height: 700 };
  }
  isDestroyed(): boolean {
    return this.destroyed;
  }
  isMinimized(): boolean {
    return false;
  }
  restore(): void {}
  show(): void {
    this.shown = true;
  }
  hide(): void {
    this.shown = false;
  }
  focus(): void {
    this.raised++;
  }
  close(): boolean {
    const event = cancellable();
    this.emit('close', event);
    if (event.defaultPrevented) return false;
    this.destroyed = true;
    record.windows.splice(record.windows.indexOf(this), 1);
    this.emit('closed');
    return true;
  }
}

type Handler = (...args: never[]) => unknown;
class Session extends EventEmitter {
  readonly handlers: Record<string, Handler> = {};
  readonly webRequest = {
    onBeforeRequest: (handler: Handler) => {
      this.handlers.beforeRequest = handler;
    },
  };
  setPermissionRequestHandler(handler: Handler): void {
    this.handlers.permissionRequest = handler;
  }
  setPermissionCheckHandler(handler: Handler): void {
    this.handlers.permissionCheck = handler;
  }
  setDevicePermissionHandler(handler: Handler): void {
    this.handlers.devicePermission = handler;
  }
}
export const session = { defaultSession: new Session() };

export const protocol = {
  handler: undefined as undefined | ((request: Request) => Promise<Response>),
  handled: [] as string[],
  registerSchemesAsPrivileged(schemes: typeof record.schemes): void {
    record.calls.push('registerSchemesAsPrivileged');
    record.schemes.push(...schemes);
  },
  handle(scheme: string, handler: (request: Request) => Promise<Response>): void {
    protocol.handled.push(scheme);
    protocol.handler = handler;
  },
};

const SEALED = 'sealed:';

/** Turns bytes around instead of encrypting them; what it did not seal it does not open. */
export const safeStorage = {
  isEncryptionAvailable: () => true,
  getSelectedStorageBackend: () => user.keyring,
  encryptString: (text: string) => Buffer.from(SEALED + Buffer.from(text).reverse().toString('hex')),
  decryptString(sealed: Buffer) {
    const text = sealed.toString();
    if (!text.startsWith(SEALED)) throw new Error('sealed elsewhere');
    return Buffer.from(text.slice(SEALED.length), 'hex').reverse().toString();
  },
};

export const dialog = {
  async showMessageBox(options: { message: string; buttons: string[] }) {
    record.boxes.push(options);
    return { response: user.boxResponse };
  },
  async showOpenDialog() {
    return { canceled: user.files.length === 0, filePaths: user.files };
  },
  showErrorBox: (title: string, text: string) => void record.errorBoxes.push(`${title}: ${text}`),
};
export const shell = {
  openExternal: async (url: string) => void record.opened.push(url),
  openPath: async (path: string) => void record.openedPaths.push(path),
};
export const Menu = {
  buildFromTemplate: (template: MenuItem[]) => template,
  setApplicationMenu: (menu: MenuItem[]) => {
    record.menu = menu;
  },
};
export class Tray extends EventEmitter {
  destroyed = false;
  menu: readonly MenuItem[] = [];
  constructor() {
    super();
    record.trays.push(this);
  }
  setToolTip(): void {}
  setContextMenu(menu: readonly MenuItem[]): void {
    this.menu = menu;
  }
  destroy(): void {
    this.destroyed = true;
  }
}
export const nativeTheme = { shouldUseDarkColors: true };
export const screen = { getAllDisplays: () => user.displays };
