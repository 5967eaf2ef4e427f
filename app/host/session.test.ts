import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tryLockFile } from '../../native/sqlite/exclusive-lock.ts';
import { isTrustedSocket } from './owner-socket.ts';
import { openSession } from './session.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-session-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

describe('the socket of a workspace', () => {
  it('is told the token only where it is a socket of this user or of the workspace', async () => {
    const socketPath = path.join(folder, 'own.sock');
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    try {
      expect(isTrustedSocket(socketPath, folder)).toBe(true);
      fs.symlinkSync(socketPath, path.join(folder, 'link.sock'));
      expect(isTrustedSocket(path.join(folder, 'link.sock'), folder)).toBe(false);
      fs.writeFileSync(path.join(folder, 'file.sock'), '');
      expect(isTrustedSocket(path.join(folder, 'file.sock'), folder)).toBe(false);
      expect(isTrustedSocket(path.join(folder, 'none.sock'), folder)).toBe(false);
      // Only root can give a file to somebody else.
      if (process.getuid?.() === 0) {
        fs.chownSync(socketPath, 65_534, 65_534);
        expect(isTrustedSocket(socketPath, folder)).toBe(false);
      }
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('lets go of the workspace when it cannot be listened on', async () => {
    fs.mkdirSync(path.join(folder, 'lathe.sock'));
    await expect(openSession({ workspace: folder })).rejects.toThrow();
    const unlock = tryLockFile(path.join(folder, 'owner.lock'));
    expect(unlock).not.toBeNull();
    unlock?.();
  });
});
