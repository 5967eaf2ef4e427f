import fs from 'node:fs';
import { sizeOf } from './run-files.ts';

/** One of a run's log files, which is given the whole log from its start and takes the part that it does not have yet. */
export class LogFile {
  readonly #file: fs.promises.FileHandle;
  readonly #check: boolean;
  /** Where in the file the next byte of the log belongs. */
  #at: number;
  /** How much of what comes is in the file already. */
  #skip: number;

  private constructor(file: fs.promises.FileHandle, start: number, skip: number, check: boolean) {
    this.#file = file;
    this.#at = start;
    this.#skip = skip;
    this.#check = check;
  }

  /**
   * @param start size of the file before this log began
   * @param check whether what the file has is compared with what comes, and replaced from where it differs: a stream that
   * was open while the program ran may have lost something in the middle (Podman's does)
   */
  static async open(path: string, start: number, check: boolean): Promise<LogFile> {
    const skip = Math.max(0, (await sizeOf(path)) - start);
    return new LogFile(await fs.promises.open(path, 'a+', 0o600), start, skip, check);
  }

  async take(pieces: readonly Uint8Array[]): Promise<void> {
    if (pieces.length === 0) return;
    const bytes = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
    let known = bytes.subarray(0, Math.min(this.#skip, bytes.length));
    if (this.#check && known.length > 0 && !(await this.#has(known))) {
      await this.#file.truncate(this.#at);
      this.#skip = 0;
      known = known.subarray(0, 0);
    }
    this.#skip -= known.length;
    this.#at += bytes.length;
    if (known.length < bytes.length) await this.#file.appendFile(bytes.subarray(known.length));
  }

  /** Before the sentinel says that the run ended, its output is on the disk. */
  sync(): Promise<void> {
    return this.#file.sync();
  }
  close(): Promise<void> {
    return this.#file.close();
  }

  async #has(bytes: Uint8Array): Promise<boolean> {
    const there = Buffer.alloc(bytes.length);
    const { bytesRead } = await this.#file.read(there, 0, bytes.length, this.#at);
    return bytesRead === bytes.length && there.equals(bytes);
  }
}
