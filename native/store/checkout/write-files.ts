import fs from 'node:fs';
import path from 'node:path';
import { AppError, fromSystemError } from '../../../app/kernel/app-error.ts';
import type { ManifestFile } from '../../../app/kernel/ports/data-store.ts';
import type { ContentReader, Located } from '../contents/content-reader.ts';
import { missingContent } from '../contents/store-faults.ts';
import type { ThreadControl } from '../pool/session-control.ts';
import { LeftWriter, leftSections } from './folder-memory.ts';
import type { Twin } from './twin.ts';

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW = 0, COPYFILE_EXCL, COPYFILE_FICLONE } = fs.constants;
/** A larger file is written in parts, on several threads. */
export const PART_BYTES = 16 * 1024 * 1024;
const READ_BYTES = 4 * 1024 * 1024;

/** Folders that were made or found to be folders, for one checkout. */
export type KnownFolders = Set<string>;

/** Where and how files are written. */
export interface Writing {
  readonly folder: string;
  /** Read-only. */
  readonly sealed: boolean;
  readonly known: KnownFolders;
  /** Where they may be cloned from. */
  readonly twin: Twin | null;
}

export interface WrittenFiles {
  /** Files that are there but empty, to be filled part by part. */
  readonly large: readonly ManifestFile[];
  /** Large files that are not there yet: where there is a twin, each is for a job of its own, as all of it has to be read. */
  readonly later: readonly ManifestFile[];
  readonly bytes: number;
  /** One section with the whole paths of the others as they were left, in the order given. */
  readonly left: Uint8Array<ArrayBuffer>;
}

/**
 * Write files into a folder: each is made anew, never through a link and never over something that is there.
 *
 * @throws AppError STORAGE_FAILED, DISK_FULL, UNSUPPORTED if two names are one on this file system
 */
export function writeFiles(
  contents: ContentReader,
  { folder, sealed, known, twin }: Writing,
  files: readonly ManifestFile[],
  control: ThreadControl,
): WrittenFiles {
  const large: ManifestFile[] = [];
  const later: ManifestFile[] = [];
  const left = new Map<ManifestFile, fs.Stats>();
  let bytes = 0;
  for (const { file, digest, located } of inOrderOfBlocks(contents, files)) {
    control.check();
    const isLarge = file.sizeBytes > PART_BYTES && located.in !== 'object';
    if (isLarge && twin && files.length > 1) {
      later.push(file);
      continue;
    }
    const filePath = path.join(folder, file.path);
    makeFolder(folder, path.dirname(filePath), known);
    const mode = modeOf(file, sealed);
    if (located.in === 'object') {
      contents.checkObject(digest, located);
      copyObject(located, file, filePath, mode);
      left.set(file, fs.lstatSync(filePath));
    } else if (twin?.clone(file, digest, filePath, mode, control)) {
      left.set(file, fs.lstatSync(filePath));
      bytes += file.sizeBytes;
      control.done(1, 0);
      continue;
    } else {
      const fd = create(filePath, mode, folder);
      try {
        if (isLarge) large.push(file);
        else {
          writeRange(contents, digest, 0, file, fd, filePath);
          left.set(file, fs.fstatSync(fd));
        }
      } finally {
        fs.closeSync(fd);
      }
    }
    const written = isLarge ? 0 : file.sizeBytes;
    bytes += written;
    control.done(1, written);
  }
  return { large, later, bytes, left: leftFiles(files, left, false) };
}

/** @param isUnordered whether these are files that were written in parts */
export function leftFiles(
  files: readonly ManifestFile[],
  left: ReadonlyMap<ManifestFile, fs.Stats>,
  isUnordered: boolean,
): Uint8Array<ArrayBuffer> {
  const writer = new LeftWriter(leftSections.written, isUnordered);
  for (const file of files) {
    const stat = left.get(file);
    if (!stat) continue;
    const { size, mtimeMs, ctimeMs, ino, mode } = stat;
    const digest = Buffer.from(file.digest, 'hex');
    writer.add({ name: file.path, size, mtimeMs, ctimeMs, ino, executable: (mode & 0o100) !== 0, digest });
  }
  return writer.take();
}

/** Fill one part of a file that is there already. */
export function writePart(
  contents: ContentReader,
  folder: string,
  file: ManifestFile,
  from: number,
  control: ThreadControl,
): void {
  const filePath = path.join(folder, file.path);
  const fd = fs.openSync(filePath, O_WRONLY | O_NOFOLLOW);
  try {
    const to = Math.min(from + PART_BYTES, file.sizeBytes);
    for (let at = from; at < to; at += READ_BYTES) {
      control.check();
      const length = Math.min(READ_BYTES, to - at);
      writeRange(
        contents,
        Buffer.from(file.digest, 'hex'),
        at,
        { ...file, sizeBytes: at + length },
        fd,
        filePath,
      );
      control.done(0, length);
    }
  } finally {
    fs.closeSync(fd);
  }
}

interface Planned {
  readonly file: ManifestFile;
  readonly digest: Buffer;
  readonly located: Located;
  readonly order: number;
}

/** Files that lie in one block follow each other, so that the block is read once. */
function inOrderOfBlocks(contents: ContentReader, files: readonly ManifestFile[]): Planned[] {
  const digests = files.map(({ digest }) => Buffer.from(digest, 'hex'));
  const planned = contents.findAll(digests).map((located, at) => {
    const place = located.in === 'chunk' || located.in === 'list' ? located.place : null;
    return { file: files[at]!, digest: digests[at]!, located, order: place ? place.blockId : -1 };
  });
  return planned.sort((a, b) => a.order - b.order);
}

/** From `from` to the file's size. */
function writeRange(
  contents: ContentReader,
  digest: Buffer,
  from: number,
  { sizeBytes }: { readonly sizeBytes: number },
  fd: number,
  filePath: string,
): void {
  let at = from;
  for (const piece of contents.read(digest, from, sizeBytes - from)) {
    try {
      for (let written = 0; written < piece.length; ) {
        written += fs.writeSync(fd, piece, written, piece.length - written, at + written);
      }
    } catch (error) {
      throw fromSystemError(error, filePath);
    }
    at += piece.length;
  }
  if (at !== sizeBytes) throw missingContent(digest.toString('hex'));
}

function modeOf({ mode }: ManifestFile, sealed: boolean): number {
  return sealed ? mode & 0o555 : mode;
}

function create(filePath: string, mode: number, folder: string): number {
  try {
    return fs.openSync(filePath, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
  } catch (error) {
    throw createFault(error, filePath, folder);
  }
}

/** Where the file system can share the bytes without anybody noticing, it does; a link would let programs reach the store. */
function copyObject(
  located: { readonly path: string; readonly sizeBytes: number },
  file: ManifestFile,
  filePath: string,
  mode: number,
): void {
  if (located.sizeBytes !== file.sizeBytes) throw missingContent(file.digest);
  try {
    fs.copyFileSync(located.path, filePath, COPYFILE_EXCL | COPYFILE_FICLONE);
    fs.chmodSync(filePath, mode & ~process.umask());
  } catch (error) {
    throw createFault(error, filePath, path.dirname(filePath));
  }
}

function makeFolder(root: string, folder: string, known: KnownFolders): void {
  if (known.has(folder)) return;
  if (folder !== root) makeFolder(root, path.dirname(folder), known);
  try {
    fs.mkdirSync(folder, 0o755);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw fromSystemError(error, folder);
    // The folder that was asked for may be a link of the user's; what lies in it may not.
    const stat = folder === root ? fs.statSync(folder) : fs.lstatSync(folder);
    if (!stat.isDirectory()) throw createFault(error, folder, root);
  }
  known.add(folder);
}

function createFault(error: unknown, filePath: string, folder: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'EEXIST' && code !== 'ELOOP' && code !== 'ENOTDIR' && code !== 'EISDIR') {
    return fromSystemError(error, filePath);
  }
  return new AppError('UNSUPPORTED', `Two of the files have one name on the disk that holds ${folder}.`, {
    nextStep: 'Names that differ only in capitals need a file system that tells them apart.',
    details: { path: filePath },
    cause: error,
  });
}
