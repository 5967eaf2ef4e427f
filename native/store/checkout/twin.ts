import fs from 'node:fs';
import path from 'node:path';
import { isAbort } from '../../../app/kernel/app-error.ts';
import type { ManifestFile } from '../../../app/kernel/ports/data-store.ts';
import { hashFile } from '../contents/hash-file.ts';
import type { ThreadControl } from '../pool/session-control.ts';

const { COPYFILE_EXCL, COPYFILE_FICLONE_FORCE } = fs.constants;
/** A smaller file is written several times faster than it is cloned and its clone is read. */
const SMALLEST_BYTES = 64 * 1024;
/** What the system says where two files cannot share their bytes, whichever files they are. */
const NEVER_HERE = new Set(['ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'ENOTTY', 'EINVAL', 'EXDEV']);

/**
 * A folder that probably has the wanted files already. Where the file system can, they are cloned from there, which writes no bytes and
 * takes no room. Nobody vouches for that folder, so a clone counts only once its own bytes have been read.
 */
export class Twin {
  readonly #folder: string;
  #canClone = true;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Clone a file to where nothing is yet. The control is told of the bytes as they are read.
   *
   * @returns whether it is there now, with its digest; if not, nothing is
   * @throws an AbortError; then nothing is there either
   */
  clone(file: ManifestFile, digest: Buffer, filePath: string, mode: number, control: ThreadControl): boolean {
    if (!this.#canClone || file.sizeBytes < SMALLEST_BYTES || !this.#cloneUnread(file, filePath))
      return false;
    let isRight = false;
    let readBytes = 0;
    try {
      // First of all: it came with the mode of the other one.
      fs.chmodSync(filePath, mode & ~process.umask());
      const found = hashFile(filePath, (bytes) => {
        control.check();
        readBytes += bytes;
        control.done(0, bytes);
      });
      isRight = found.equals(digest);
    } catch (error) {
      if (isAbort(error)) throw error;
    } finally {
      if (!isRight) {
        fs.rmSync(filePath, { force: true });
        control.done(0, -readBytes);
      }
    }
    return isRight;
  }

  /** What could not be cloned leaves nothing behind, and a file that was there before stays. */
  #cloneUnread(file: ManifestFile, filePath: string): boolean {
    const source = path.join(this.#folder, file.path);
    try {
      const stat = fs.lstatSync(source, { throwIfNoEntry: false });
      if (!stat?.isFile() || stat.size !== file.sizeBytes) return false;
      fs.copyFileSync(source, filePath, COPYFILE_EXCL | COPYFILE_FICLONE_FORCE);
      return true;
    } catch (error) {
      if (NEVER_HERE.has((error as NodeJS.ErrnoException).code ?? '')) this.#canClone = false;
      return false;
    }
  }
}
