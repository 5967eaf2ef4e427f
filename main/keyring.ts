import { safeStorage } from 'electron';
import type { ToShell } from '../app/contract/shell-protocol.ts';

/**
 * Seal or open with the system's keyring for the core, which has no Electron.
 *
 * @returns null where the system keeps no secrets: without a keyring, Electron on Linux only obscures them (`basic_text`)
 */
export function answerFromKeyring({
  action,
  value,
}: Extract<ToShell, { type: 'use-keyring' }>): string | null {
  try {
    const obscures = process.platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text';
    if (obscures || !safeStorage.isEncryptionAvailable()) return null;
    if (action === 'seal') return safeStorage.encryptString(value).toString('base64');
    return action === 'open' ? safeStorage.decryptString(Buffer.from(value, 'base64')) : '';
  } catch {
    // The keyring is locked, or the bytes were sealed elsewhere: the core says what to do.
    return null;
  }
}
