import type { ElectronParentPort } from '../../native/parent-channel.ts';
import { AppError } from '../kernel/app-error.ts';
import type { Keyring } from '../kernel/ports/keyring.ts';
import { askShell } from './electron-shell.ts';

/** The system's keyring, by asking Electron's main process over `parentPort`. */
export function createElectronKeyring(parentPort: ElectronParentPort): Keyring {
  const ask = (action: 'look' | 'seal' | 'open', value: string): Promise<string | null> =>
    new Promise((resolve) => {
      askShell(
        parentPort,
        (request) => ({ type: 'use-keyring', request, action, value }),
        (answer) => {
          resolve(answer.type === 'keyring-used' ? answer.value : null);
          return true;
        },
      );
    });
  const refused = () =>
    new AppError('UNSUPPORTED', "The system's keyring did not answer.", {
      nextStep: 'Unlock the keyring of your desktop and try again.',
    });
  return {
    available: async () => (await ask('look', '')) !== null,
    async seal(secret) {
      const sealed = await ask('seal', secret);
      if (sealed === null) throw refused();
      return Buffer.from(sealed, 'base64');
    },
    async open(sealed) {
      const secret = await ask('open', Buffer.from(sealed).toString('base64'));
      if (secret === null) throw refused();
      return secret;
    },
  };
}
