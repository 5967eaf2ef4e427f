import fs from 'node:fs';
import path from 'node:path';
import { type UploadId, uploadId } from '../../contract/ids.ts';
import { AppError, fromSystemError } from '../../kernel/app-error.ts';
import type { Core } from '../../kernel/core.ts';
import { syncFolder, writeFileDurably } from '../../kernel/durable-file.ts';
import { newId } from '../../kernel/new-id.ts';

const KEPT_MS = 24 * 60 * 60 * 1000;
const MAX_NAME = 200;
const PARTIAL = '.part';

/** Bytes that a browser sent, waiting in the workspace for an import to take them. */
export interface Uploads {
  /**
   * Write a stream to the disk; when this returns the bytes are durable.
   *
   * @param name the sender's name of the file; folders in it and characters that no file name has are dropped
   * @throws AppError TOO_LARGE beyond `limitBytes`, DISK_FULL; nothing is kept then
   */
  receive(
    name: string,
    stream: AsyncIterable<Uint8Array>,
    limitBytes: number,
  ): Promise<{ readonly id: UploadId; readonly name: string; readonly sizeBytes: number }>;
  /** Where the bytes lie. @throws AppError NOT_FOUND */
  path(id: UploadId): string;
  name(id: UploadId): string;
  discard(id: UploadId): Promise<void>;
  /** Remove what nobody took within a day, and what an interrupted upload left. */
  sweep(): Promise<void>;
}

export function createUploads({ folders, clock }: Pick<Core, 'folders' | 'clock'>): Uploads {
  const notesOf = (id: UploadId) => `${folders.upload(id)}.json`;

  function read(id: UploadId): { name: string } {
    try {
      return JSON.parse(fs.readFileSync(notesOf(id), 'utf8'));
    } catch (error) {
      throw new AppError('NOT_FOUND', `There is no upload ${id}; uploads are kept for a day.`, {
        nextStep: 'Choose the file again.',
        details: { upload: id },
        cause: error,
      });
    }
  }

  return {
    async receive(name, stream, limitBytes) {
      const id = newId<UploadId>();
      const kept = safeName(name);
      const temporary = `${folders.upload(id)}${PARTIAL}`;
      try {
        await fs.promises.mkdir(folders.uploads, { recursive: true });
        const sizeBytes = await writeStream(temporary, stream, limitBytes, kept);
        await fs.promises.rename(temporary, folders.upload(id));
        await syncFolder(folders.uploads);
        await writeFileDurably(notesOf(id), JSON.stringify({ name: kept, sizeBytes, at: clock.now() }));
        return { id, name: kept, sizeBytes };
      } catch (error) {
        await fs.promises.rm(folders.upload(id), { force: true });
        throw fromSystemError(error, folders.uploads);
      } finally {
        await fs.promises.rm(temporary, { force: true });
      }
    },
    path(id) {
      read(id);
      return folders.upload(id);
    },
    name: (id) => read(id).name,
    async discard(id) {
      await fs.promises.rm(notesOf(id), { force: true });
      await fs.promises.rm(folders.upload(id), { force: true });
    },
    async sweep() {
      const names = await fs.promises.readdir(folders.uploads).catch(() => []);
      for (const name of names) {
        const filePath = path.join(folders.uploads, name);
        const id = uploadId.safeParse(name.replace(/[.](json|part)$/, ''));
        const stat = await fs.promises.stat(filePath).catch(() => undefined);
        const old = stat !== undefined && clock.now() - stat.mtimeMs > KEPT_MS;
        if (id.success && (old || name.endsWith(PARTIAL))) await fs.promises.rm(filePath, { force: true });
      }
    },
  };
}

async function writeStream(
  filePath: string,
  stream: AsyncIterable<Uint8Array>,
  limitBytes: number,
  name: string,
): Promise<number> {
  const file = await fs.promises.open(filePath, 'wx', 0o600);
  try {
    let sizeBytes = 0;
    for await (const chunk of stream) {
      sizeBytes += chunk.length;
      if (sizeBytes > limitBytes) {
        throw new AppError('TOO_LARGE', `${name} is larger than the limit of ${limitBytes} bytes.`, {
          nextStep: 'Import large files by their path on the machine that runs Lathe.',
          details: { limitBytes },
        });
      }
      await file.appendFile(chunk);
    }
    await file.sync();
    return sizeBytes;
  } finally {
    await file.close();
  }
}

/** The last part of a name, without what a file name cannot have on some system. */
function safeName(name: string): string {
  const last = name.normalize('NFC').split(/[/\\]/).at(-1)!;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
  const clean = last.replace(/[\u0000-\u001f\u007f<>:"|?*]/g, '').trim();
  const short = clean.length > MAX_NAME ? clean.slice(-MAX_NAME) : clean;
  return /^[.]*$/.test(short) ? 'upload' : short;
}
