import { app, type BrowserWindow, Menu, type MenuItemConstructorOptions, shell } from 'electron';
import { places } from './places.ts';
import { appOrigin } from './protocol.ts';

/** Pages of the left rail that have a place in the menu, with their keys. */
const pages = [
  ['Home', '/', 'CmdOrCtrl+1'],
  ['Data', '/data', 'CmdOrCtrl+2'],
  ['Runs', '/runs', 'CmdOrCtrl+3'],
  ['Compare', '/compare', 'CmdOrCtrl+4'],
  ['Models', '/models', 'CmdOrCtrl+5'],
  ['Endpoints', '/endpoints', 'CmdOrCtrl+6'],
] as const;

export interface MenuActions {
  /** The window to act on, shown; made where there is none. */
  window(): BrowserWindow;
  readonly workspace: string;
}

/** The native menu bar. */
export function setMenu(actions: MenuActions): void {
  const mac = process.platform === 'darwin';
  const settings = goTo('Settings…', '/settings', 'CmdOrCtrl+,', actions);
  const template: MenuItemConstructorOptions[] = [
    mac ? appMenu(settings) : fileMenu(settings, actions),
    { role: 'editMenu' },
    viewMenu(actions),
    { role: 'windowMenu' },
    helpMenu(actions, mac),
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

function goTo(
  label: string,
  path: string,
  accelerator: string,
  actions: MenuActions,
): MenuItemConstructorOptions {
  return { label, accelerator, click: () => void actions.window().loadURL(appOrigin + path) };
}

function appMenu(settings: MenuItemConstructorOptions): MenuItemConstructorOptions {
  return {
    label: app.name,
    submenu: [
      { role: 'about' },
      { type: 'separator' },
      settings,
      { type: 'separator' },
      { role: 'services' },
      { type: 'separator' },
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      { type: 'separator' },
      { role: 'quit' },
    ],
  };
}

function fileMenu(settings: MenuItemConstructorOptions, actions: MenuActions): MenuItemConstructorOptions {
  return {
    label: '&File',
    submenu: [openWorkspaceFolder(actions), settings, { type: 'separator' }, { role: 'quit' }],
  };
}

function viewMenu(actions: MenuActions): MenuItemConstructorOptions {
  return {
    label: '&View',
    submenu: [
      ...pages.map(([label, path, accelerator]) => goTo(label, path, accelerator, actions)),
      { type: 'separator' },
      {
        label: 'Back',
        accelerator: process.platform === 'darwin' ? 'Cmd+[' : 'Alt+Left',
        click: () => actions.window().webContents.navigationHistory.goBack(),
      },
      {
        label: 'Forward',
        accelerator: process.platform === 'darwin' ? 'Cmd+]' : 'Alt+Right',
        click: () => actions.window().webContents.navigationHistory.goForward(),
      },
      { role: 'reload' },
      { type: 'separator' },
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { role: 'togglefullscreen' },
      ...(app.isPackaged ? [] : [{ role: 'toggleDevTools' } as const]),
    ],
  };
}

function helpMenu(actions: MenuActions, mac: boolean): MenuItemConstructorOptions {
  return {
    role: 'help',
    submenu: [
      { label: 'Documentation', accelerator: 'F1', click: () => void shell.openPath(places.docs) },
      ...(mac ? [openWorkspaceFolder(actions)] : [{ role: 'about' } as const]),
    ],
  };
}

function openWorkspaceFolder({ workspace }: MenuActions): MenuItemConstructorOptions {
  return { label: 'Open Workspace Folder', click: () => void shell.openPath(workspace) };
}
