import fs from 'node:fs';
import { sizeOf } from './run-files.ts';

/** One of a run's log files, which is given the whole log from its start and takes the part that it does not have yet. */
export class LogFile {
  readonly #file: fs.promises.FileHandle;
  #skip: number;

  private constructor(file: fs.promises.FileHandle, skip: number) {
    this.#file = file;
    this.#skip = skip;
  }

  /** @param start size of the file before this log began */
  static async open(path: string, start: number): Promise<LogFile> {
    const skip = Math.max(0, (await sizeOf(path)) - start);
    return new LogFile(await fs.promises.open(path, 'a', 0o600), skip);
  }

  async take(pieces: readonly Uint8Array[]): Promise<void> {
    const wanted: Uint8Array[] = [];
    for (const piece of pieces) {
      const skipped = Math.min(this.#skip, piece.length);
      this.#skip -= skipped;
      if (skipped < piece.length) wanted.push(piece.subarray(skipped));
    }
    if (wanted.length > 0)
      await this.#file.appendFile(wanted.length === 1 ? wanted[0]! : Buffer.concat(wanted));
  }

  /** Before the sentinel says that the run ended, its output is on the disk. */
  sync(): Promise<void> {
    return this.#file.sync();
  }
  close(): Promise<void> {
    return this.#file.close();
  }
}
