import { createHash } from 'node:crypto';
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
