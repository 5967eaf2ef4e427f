/**
 * What is known of the files of one folder, as bytes: it crosses threads without a copy, costs a fraction of what objects would, and is
 * what the memory of sources keeps on the disk.
 *
 * A section is a header and its entries, sorted by name in code units, folders named with a `/` at their end; numbers are little-endian.
 *
 *     header  u32 bytes of the section · u32 entries · u32 source · u8 is a single file · u8 0 · u16 bytes of the path ·
 *             f64 mtime · f64 ctime · f64 inode of the folder (zeros where nobody looked) · path
 *     entry   u16 bytes of the name · u8 flags · name · f64 size · f64 mtime · f64 ctime · f64 inode · 32 bytes digest
 *
 * The path leads from the source's root to the folder ('' for the root itself). A folder's entry ends after its name.
 */
const HEADER_BYTES = 40;
const ENTRY_BYTES = 3;
const FACTS_BYTES = 32;
export const DIGEST_BYTES = 32;

const EXECUTABLE = 1;
const HAS_DIGEST = 2;
const FOLDER = 4;
/** The digest is that of what the file was before. */
const WAS_KNOWN = 8;

export interface FileFacts {
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
}

export interface SectionHeader {
  readonly source: number;
  /** The source is this one file: its path is the source's own. */
  readonly isSingleFile: boolean;
  readonly path: string;
  readonly count: number;
}

/** What changes when names come to a folder or leave it. */
export interface FolderFacts {
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
}

const notLookedAt: FolderFacts = { mtimeMs: 0, ctimeMs: 0, ino: 0 };

export class SectionWriter {
  #buffer: Buffer;
  #at = 0;
  #start = 0;
  #count = 0;

  constructor(initialBytes = 1 << 16) {
    this.#buffer = Buffer.allocUnsafeSlow(initialBytes);
  }

  get sizeBytes(): number {
    return this.#at;
  }

  begin(header: Omit<SectionHeader, 'count'>, folder: FolderFacts = notLookedAt): void {
    this.#room(HEADER_BYTES + header.path.length * 3);
    this.#start = this.#at;
    this.#count = 0;
    const pathBytes = this.#buffer.write(header.path, this.#at + HEADER_BYTES, 'utf8');
    this.#buffer.writeUInt32LE(header.source, this.#at + 8);
    this.#buffer[this.#at + 12] = header.isSingleFile ? 1 : 0;
    this.#buffer[this.#at + 13] = 0;
    this.#buffer.writeUInt16LE(pathBytes, this.#at + 14);
    this.#buffer.writeDoubleLE(folder.mtimeMs, this.#at + 16);
    this.#buffer.writeDoubleLE(folder.ctimeMs, this.#at + 24);
    this.#buffer.writeDoubleLE(folder.ino, this.#at + 32);
    this.#at += HEADER_BYTES + pathBytes;
  }

  folder(name: string): void {
    this.#name(name, FOLDER);
  }

  /**
   * @param digest null if nothing is known
   * @param isKnown whether the digest is the file's; otherwise it is that of what the file was before
   */
  file(
    name: string,
    facts: FileFacts,
    executable: boolean,
    digest: Uint8Array | null,
    isKnown = digest !== null,
  ): void {
    const known = digest === null ? 0 : isKnown ? HAS_DIGEST : WAS_KNOWN;
    this.#name(name, (executable ? EXECUTABLE : 0) | known);
    const buffer = this.#buffer;
    buffer.writeDoubleLE(facts.sizeBytes, this.#at);
    buffer.writeDoubleLE(facts.mtimeMs, this.#at + 8);
    buffer.writeDoubleLE(facts.ctimeMs, this.#at + 16);
    buffer.writeDoubleLE(facts.ino, this.#at + 24);
    if (digest) buffer.set(digest, this.#at + FACTS_BYTES);
    else buffer.fill(0, this.#at + FACTS_BYTES, this.#at + FACTS_BYTES + DIGEST_BYTES);
    this.#at += FACTS_BYTES + DIGEST_BYTES;
  }

  end(): void {
    this.#buffer.writeUInt32LE(this.#at - this.#start, this.#start);
    this.#buffer.writeUInt32LE(this.#count, this.#start + 4);
  }

  /** A whole section as it is. */
  copy(section: Buffer): void {
    this.#room(section.length);
    section.copy(this.#buffer, this.#at);
    this.#at += section.length;
  }

  /** The sections in a buffer of their own; the writer is empty again. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = new Uint8Array(this.#at);
    taken.set(this.#buffer.subarray(0, this.#at));
    this.#at = 0;
    return taken;
  }

  #name(name: string, flags: number): void {
    this.#room(ENTRY_BYTES + name.length * 3 + FACTS_BYTES + DIGEST_BYTES);
    const bytes = this.#buffer.write(name, this.#at + ENTRY_BYTES, 'utf8');
    this.#buffer.writeUInt16LE(bytes, this.#at);
    this.#buffer[this.#at + 2] = flags;
    this.#at += ENTRY_BYTES + bytes;
    this.#count++;
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#at + bytes));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
  }
}

/** Walks over the entries of one section; its fields tell of the entry that `next` came to. */
export class SectionReader {
  readonly header: SectionHeader;
  /** Where the section ends. */
  readonly end: number;
  /** Where the entry begins. */
  entryAt = 0;
  name = '';
  isFolder = false;
  executable = false;
  hasDigest = false;
  wasKnown = false;
  /** Where the entry's size, times and inode lie, for `setDigest` too. */
  factsAt = 0;
  nameBytes = 0;
  readonly #buffer: Buffer;
  readonly #start: number;
  #at: number;
  #left: number;

  constructor(buffer: Buffer, at: number) {
    this.#buffer = buffer;
    this.#start = at;
    const pathBytes = buffer.readUInt16LE(at + 14);
    const pathAt = at + HEADER_BYTES;
    this.header = {
      source: buffer.readUInt32LE(at + 8),
      isSingleFile: buffer[at + 12] === 1,
      path: buffer.toString('utf8', pathAt, pathAt + pathBytes),
      count: buffer.readUInt32LE(at + 4),
    };
    this.end = at + buffer.readUInt32LE(at);
    this.#at = pathAt + pathBytes;
    this.#left = this.header.count;
  }

  next(): boolean {
    if (this.#left-- <= 0) return false;
    this.moveTo(this.#at);
    return true;
  }

  /** Stand at an entry again. @param entryAt as `entryAt` told when the reader stood there */
  moveTo(entryAt: number): void {
    const buffer = this.#buffer;
    this.entryAt = entryAt;
    this.#at = entryAt;
    const nameBytes = buffer.readUInt16LE(this.#at);
    this.nameBytes = nameBytes;
    const flags = buffer[this.#at + 2]!;
    const nameAt = this.#at + ENTRY_BYTES;
    this.name = buffer.toString('utf8', nameAt, nameAt + nameBytes);
    this.isFolder = (flags & FOLDER) !== 0;
    this.executable = (flags & EXECUTABLE) !== 0;
    this.hasDigest = (flags & HAS_DIGEST) !== 0;
    this.wasKnown = (flags & WAS_KNOWN) !== 0;
    this.factsAt = nameAt + nameBytes;
    this.#at = this.factsAt + (this.isFolder ? 0 : FACTS_BYTES + DIGEST_BYTES);
  }

  /** All of it. */
  get section(): Buffer {
    return this.#buffer.subarray(this.#start, this.end);
  }
  get folder(): FolderFacts {
    const at = this.#start + 16;
    const [mtimeMs, ctimeMs, ino] = [0, 8, 16].map((offset) => this.#buffer.readDoubleLE(at + offset));
    return { mtimeMs: mtimeMs!, ctimeMs: ctimeMs!, ino: ino! };
  }
  get sizeBytes(): number {
    return this.#buffer.readDoubleLE(this.factsAt);
  }
  get mtimeMs(): number {
    return this.#buffer.readDoubleLE(this.factsAt + 8);
  }
  get ctimeMs(): number {
    return this.#buffer.readDoubleLE(this.factsAt + 16);
  }
  get ino(): number {
    return this.#buffer.readDoubleLE(this.factsAt + 24);
  }
  /** A view, not a copy. */
  get digest(): Buffer {
    return this.#buffer.subarray(this.factsAt + FACTS_BYTES, this.factsAt + FACTS_BYTES + DIGEST_BYTES);
  }
}

/** Fill in a digest that was not known when the entry was written. `factsAt` and `nameBytes` are the entry's. */
export function setDigest(buffer: Buffer, factsAt: number, nameBytes: number, digest: Uint8Array): void {
  buffer.set(digest, factsAt + FACTS_BYTES);
  const flagsAt = factsAt - nameBytes - 1;
  buffer[flagsAt] = (buffer[flagsAt]! & ~WAS_KNOWN) | HAS_DIGEST;
}

/** Where each section of a buffer begins. */
export function* sectionStarts(buffer: Buffer, from = 0): Generator<number> {
  for (let at = from; at < buffer.length; at += buffer.readUInt32LE(at)) yield at;
}
