import type { ElectronParentPort } from '../../native/parent-channel.ts';
import type { Desktop } from '../kernel/ports/desktop.ts';
import { askShell } from './electron-shell.ts';

/** What the desktop can do, by asking Electron's main process over `parentPort`. */
export function createElectronDesktop(parentPort: ElectronParentPort): Desktop {
  return {
    chooseFiles: ({ title, folders }) =>
      new Promise((resolve) => {
        askShell(
          parentPort,
          (request) => ({ type: 'choose-files', request, title, folders }),
          (answer) => {
            resolve(answer.type === 'files-chosen' ? answer.paths : []);
            return true;
          },
        );
      }),
  };
}
