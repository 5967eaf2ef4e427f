import os from 'node:os';

/** The user that this process runs as. Some containers run as a number that has no name. */
export function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    return process.getuid ? `user ${process.getuid()}` : '';
  }
}
