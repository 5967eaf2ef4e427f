import fs from 'node:fs';
import path from 'node:path';
import { fromSystemError } from '../../../app/kernel/app-error.ts';
import { syncFolder } from '../../../app/kernel/durable-file.ts';
import { decodeDirectory, type PackBlock } from './pack-format.ts';
import type { WrittenPack } from './pack-writer.ts';

/** Makes written packs durable and gives them their names, in the order in which they came. */
export class PackSealer {
  readonly #folder: string;
  readonly #onSealed: (name: string, sizeBytes: number, blocks: readonly PackBlock[]) => void;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  /** @param onSealed the pack is there under its name; its name is durable after `settled` */
  constructor(
    folder: string,
    onSealed: (name: string, sizeBytes: number, blocks: readonly PackBlock[]) => void,
  ) {
    this.#folder = folder;
    this.#onSealed = onSealed;
  }

  /** Packs that the disk has not taken yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** @throws AppError DISK_FULL, STORAGE_FAILED; the pack is then removed */
  async seal(pack: WrittenPack): Promise<void> {
    const before = this.#last;
    this.#waiting++;
    const flushed = flush(pack.partPath);
    const done = (async () => {
      try {
        await flushed;
        await before;
        const { name, sizeBytes } = pack;
        await fs.promises.rename(pack.partPath, path.join(this.#folder, name));
        this.#onSealed(name, sizeBytes, decodeDirectory(Buffer.from(pack.directory.buffer)));
      } catch (error) {
        await fs.promises.rm(pack.partPath, { force: true });
        throw fromSystemError(error, this.#folder);
      } finally {
        this.#waiting--;
      }
    })();
    // One that failed does not hold up the next; whoever gave it is told.
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** All packs given so far are durable. */
  async settled(): Promise<void> {
    await this.#last;
    await syncFolder(this.#folder);
  }
}

async function flush(partPath: string): Promise<void> {
  const file = await fs.promises.open(partPath, 'r+');
  try {
    await file.datasync();
    await file.chmod(0o400);
  } finally {
    await file.close();
  }
}
