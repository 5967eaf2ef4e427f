import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Unix socket paths end at 104 bytes on macOS and 108 on Linux, the final zero among them. */
const LONGEST_PATH_BYTES = 103;
const NAME_BYTES = '/ffffffff.sock'.length;

/** Addresses for local sockets that no other user of the machine can reach; on Windows, pipes with secret names. */
export class SocketFolder {
  #folder: string | undefined;

  next(): string {
    const name = randomBytes(4).toString('hex');
    if (process.platform === 'win32') return `\\\\.\\pipe\\lathe-${randomBytes(16).toString('hex')}`;
    // mkdtemp makes the folder with mode 0700.
    this.#folder ??= fs.mkdtempSync(path.join(roomyTemporaryFolder(), 'lathe-'));
    return path.join(this.#folder, `${name}.sock`);
  }

  remove(): void {
    if (this.#folder) fs.rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }
}

function roomyTemporaryFolder(): string {
  const folder = os.tmpdir();
  return Buffer.byteLength(folder) + '/lathe-XXXXXX'.length + NAME_BYTES <= LONGEST_PATH_BYTES
    ? folder
    : '/tmp';
}
