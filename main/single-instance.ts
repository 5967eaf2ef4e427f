import { app } from 'electron';

/**
 * Be the only Lathe of this user's desktop.
 *
 * @param onSecond called in the first instance whenever somebody starts another
 * @returns false in a second instance, which then has to quit
 */
export function becomeOnlyInstance(onSecond: () => void): boolean {
  if (!app.requestSingleInstanceLock()) return false;
  app.on('second-instance', onSecond);
  return true;
}
