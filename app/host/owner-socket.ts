import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Unix limits a socket's path to 104 (macOS) or 108 bytes, its end included. */
const LONGEST = 100;

/**
 * Where the owner of a workspace listens for the command line. It is a function of the workspace's path alone, so
 * that nobody needs to look it up; a path too long for a socket gets a place in the temporary folder.
 */
export function ownerSocketPath(workspaceRoot: string): string {
  const name = createHash('sha256').update(workspaceRoot).digest('hex').slice(0, 24);
  if (process.platform === 'win32') return `\\\\.\\pipe\\lathe-${name}`;
  const natural = path.join(workspaceRoot, 'lathe.sock');
  return Buffer.byteLength(natural) <= LONGEST
    ? natural
    : path.join(os.tmpdir(), `lathe-${process.getuid?.() ?? 0}-${name}.sock`);
}

/**
 * Whether what lies at the path is a socket of this user or of the workspace's: in the shared temporary folder anybody
 * may put one under a name that can be foreseen, and would be told the workspace's token.
 */
export function isTrustedSocket(socketPath: string, workspaceRoot: string): boolean {
  if (process.platform === 'win32') return true;
  const found = fs.lstatSync(socketPath, { throwIfNoEntry: false });
  if (!found?.isSocket()) return false;
  return found.uid === process.getuid?.() || found.uid === fs.statSync(workspaceRoot).uid;
}
