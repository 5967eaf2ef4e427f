import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Blake3Hasher, blake3 } from '@napi-rs/blake-hash';
import type { Digest } from '../../../app/contract/ids.ts';
import { fromSystemError } from '../../../app/kernel/app-error.ts';
import { PART } from '../packs/pack-writer.ts';
import type { StorePaths } from '../store-paths.ts';

const MAGIC = Buffer.from('LATHEMM2', 'latin1');
const DIGEST_BYTES = 32;

/** What a finished call leaves for the next one: of a source's files, or of a folder that a version was written into. */
export interface MemoryHead {
  /** That the call made. */
  readonly manifest: Digest;
  readonly files: number;
  readonly sizeBytes: number;
  readonly lookedAtMs: number;
  /** What the sources are called inside the version, by number; for a checkout, the prefix. */
  readonly names: readonly string[];
  /** Patterns by which files were chosen. */
  readonly patterns: { readonly include: readonly string[]; readonly exclude: readonly string[] };
  /** The store's epoch: what was remembered under another one is void, because contents may be gone. */
  readonly epoch: string;
}

export interface Memory {
  readonly head: MemoryHead;
  /** Sections of all folders, in memory that threads can share. */
  readonly sections: Uint8Array<SharedArrayBuffer>;
}

/** The file of a key; keys are anybody's words, so they are hashed. @param folder of the memories of this kind */
export function memoryPath(folder: string, key: string): string {
  return path.join(folder, blake3(key).toString('hex'));
}

/** Null if nothing is remembered, or if it cannot be trusted: then every file is read. */
export function readMemory(filePath: string): Memory | null {
  let bytes: Buffer;
  try {
    bytes = fs.readFileSync(filePath);
  } catch {
    return null;
  }
  const headAt = MAGIC.length + DIGEST_BYTES + 4;
  if (bytes.length < headAt || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return null;
  const digest = bytes.subarray(MAGIC.length, MAGIC.length + DIGEST_BYTES);
  if (!blake3(bytes.subarray(MAGIC.length + DIGEST_BYTES)).equals(digest)) return null;
  const sectionsAt = headAt + bytes.readUInt32LE(headAt - 4);
  const head = JSON.parse(bytes.toString('utf8', headAt, sectionsAt)) as MemoryHead;
  const sections = new Uint8Array(new SharedArrayBuffer(bytes.length - sectionsAt));
  sections.set(bytes.subarray(sectionsAt));
  return { head, sections };
}

/** Forget sources whose manifest nobody keeps, because what it names may go. */
export function forgetSources(paths: StorePaths, kept: ReadonlySet<string>): void {
  if (!fs.existsSync(paths.memories)) return;
  for (const name of fs.readdirSync(paths.memories)) {
    const filePath = path.join(paths.memories, name);
    const memory = readMemory(filePath);
    if (!memory || !kept.has(memory.head.manifest)) fs.rmSync(filePath, { force: true });
  }
}

/** It is derived and carries its own digest, so it appears whole and needs no flush to the disk. */
export function writeMemory(filePath: string, head: MemoryHead, sections: readonly Uint8Array[]): void {
  const text = Buffer.from(JSON.stringify(head));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(text.length);
  const hasher = new Blake3Hasher();
  for (const bytes of [size, text, ...sections]) hasher.update(bytes);
  const folder = path.dirname(filePath);
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const part = path.join(folder, `${randomUUID()}${PART}`);
  try {
    const fd = fs.openSync(part, 'wx', 0o600);
    try {
      for (const bytes of [MAGIC, hasher.digestBuffer(), size, text, ...sections])
        fs.writeFileSync(fd, bytes);
    } finally {
      fs.closeSync(fd);
    }
    fs.renameSync(part, filePath);
  } catch (error) {
    throw fromSystemError(error, folder);
  } finally {
    fs.rmSync(part, { force: true });
  }
}
