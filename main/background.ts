import { Menu, Tray } from 'electron';
import { places } from './places.ts';

let tray: Tray | undefined;

/** Leave a mark in the tray while work goes on without a window. */
export function stayInBackground(actions: { open(): void; quit(): void }): void {
  tray ??= new Tray(places.trayIcon);
  tray.setToolTip('Lathe is working');
  tray.setContextMenu(
    Menu.buildFromTemplate([
      { label: 'Open Lathe', click: actions.open },
      { label: 'Quit', click: actions.quit },
    ]),
  );
  tray.on('click', actions.open);
}

/** The window is back. */
export function leaveBackground(): void {
  tray?.destroy();
  tray = undefined;
}
