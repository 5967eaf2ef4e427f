import { app, type BrowserWindow, session } from 'electron';
import { leaveBackground, stayInBackground } from './background.ts';
import { CoreProcess } from './core.ts';
import { askHowToLeave, askToReload, askToStartCoreAgain, chooseFiles, showFailure } from './dialogs.ts';
import { setMenu } from './menu.ts';
import { places, workspaceFrom } from './places.ts';
import { serveApp } from './protocol.ts';
import { limitSession, showsApp } from './security.ts';
import { openWindow, raiseWindow } from './window.ts';

/** The desktop application from the moment that Electron is ready: one window, one core, and how they end. */
export class Shell {
  readonly #core: CoreProcess;
  #window: BrowserWindow | null = null;
  #leaving = false;
  #closed = false;

  constructor() {
    const workspace = workspaceFrom(process.argv.slice(1), process.env);
    limitSession(session.defaultSession);
    serveApp(places.renderer);
    this.#core = new CoreProcess(workspace, {
      restarted: () => this.#connect(),
      failed: (failure) => {
        showFailure(failure);
        this.#end();
      },
      gaveUp: (start) =>
        void askToStartCoreAgain().then((again) => {
          if (again) start();
          else this.#end();
        }),
      chooseFiles: (options) => chooseFiles(this.#window, options),
    });
    setMenu({ workspace, window: () => this.raise() });
    app.on('activate', () => this.raise());
    app.on('before-quit', (event) => {
      if (this.#closed) return;
      event.preventDefault();
      void this.#leave();
    });
    app.on('window-all-closed', () => {
      if (process.platform !== 'darwin') app.quit();
    });
    this.raise();
  }

  /** Show the window, making it where there is none. */
  raise(): BrowserWindow {
    leaveBackground();
    if (this.#window === null) this.#window = this.#open();
    else raiseWindow(this.#window);
    return this.#window;
  }

  #open(): BrowserWindow {
    const window = openWindow();
    window.webContents.on('did-finish-load', () => this.#connect());
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      if (reason === 'clean-exit') return;
      void askToReload().then((reload) => {
        if (!reload) app.quit();
        else if (!window.isDestroyed()) window.webContents.reload();
      });
    });
    window.on('close', (event) => {
      if (this.#closed || process.platform === 'darwin') return;
      // The window stays until it is known whether the user wants to leave.
      event.preventDefault();
      app.quit();
    });
    window.on('closed', () => {
      this.#window = null;
    });
    return window;
  }

  #connect(): void {
    const window = this.#window;
    if (window !== null && showsApp(window)) this.#core.connect(window.webContents);
  }

  async #leave(): Promise<void> {
    if (this.#leaving) return;
    this.#leaving = true;
    const choice = (await this.#core.busy()) ? await askHowToLeave() : 'quit';
    this.#leaving = false;
    if (choice === 'background') {
      this.#window?.hide();
      stayInBackground({ open: () => void this.raise(), quit: () => app.quit() });
    }
    if (choice !== 'quit') return;
    this.#leaving = true;
    await this.#core.close();
    this.#end();
  }

  #end(): void {
    this.#closed = true;
    app.quit();
  }
}
