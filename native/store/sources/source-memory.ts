import { type FolderFacts, SectionReader, sectionStarts } from './entry-section.ts';

/** Times are as coarse as the file system and its clock. */
const RACY_MS = 2000;

/**
 * What the last call with the same key saw: where each folder's section lies in the bytes, which all threads share.
 */
export class SourceMemory {
  readonly #buffer: Buffer;
  readonly #lookedAtMs: number;
  readonly #folders = new Map<string, number>();

  /** @param lookedAtMs when that call began to look */
  constructor(bytes: Uint8Array<ArrayBufferLike>, lookedAtMs: number) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#lookedAtMs = lookedAtMs;
    for (const at of sectionStarts(this.#buffer)) {
      const { source, path } = new SectionReader(this.#buffer, at).header;
      this.#folders.set(`${source}/${path}`, at);
    }
  }

  /** A reader at the start of what is remembered of a folder, or null. */
  section(source: number, path: string): SectionReader | null {
    const at = this.#folders.get(`${source}/${path}`);
    return at === undefined ? null : new SectionReader(this.#buffer, at);
  }

  isSame(then: SectionReader, now: StatFacts): boolean {
    return isAsRemembered(then, now, this.#lookedAtMs);
  }

  /** Whether no name has come to a folder or left it. */
  hasSameNames({ folder }: SectionReader, now: FolderFacts): boolean {
    return (
      folder.mtimeMs === now.mtimeMs &&
      folder.ctimeMs === now.ctimeMs &&
      folder.ino === now.ino &&
      !isRacy(now, this.#lookedAtMs)
    );
  }

  /** What is remembered of a folder's files, to be walked beside its sorted names. */
  folder(source: number, path: string): RememberedFolder | null {
    const section = this.section(source, path);
    return section && new RememberedFolder(section, this.#lookedAtMs);
  }
}

export class RememberedFolder {
  readonly #reader: SectionReader;
  readonly #lookedAtMs: number;
  #more: boolean;

  constructor(reader: SectionReader, lookedAtMs: number) {
    this.#reader = reader;
    this.#lookedAtMs = lookedAtMs;
    this.#more = reader.next();
  }

  /**
   * The digest of a file, and whether it is still the file's: not if it changed, or too lately to tell. Null for a new file. Names must come in
   * rising order.
   */
  file(name: string, facts: StatFacts): { readonly digest: Buffer; readonly isSame: boolean } | null {
    const reader = this.#reader;
    while (this.#more && reader.name < name) this.#more = reader.next();
    if (!this.#more || reader.name !== name || reader.isFolder || !reader.hasDigest) return null;
    return { digest: reader.digest, isSame: isAsRemembered(reader, facts, this.#lookedAtMs) };
  }
}

/** Of a file, as the system tells it. */
export interface StatFacts {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
}

/** Whether a file is the one that was looked at then, and its times would tell if it had changed since. */
export function isAsRemembered(then: SectionReader, now: StatFacts, lookedAtMs: number): boolean {
  return (
    then.sizeBytes === now.size &&
    then.mtimeMs === now.mtimeMs &&
    then.ctimeMs === now.ctimeMs &&
    then.ino === now.ino &&
    !isRacy(now, lookedAtMs)
  );
}

/** Whether a file was touched so shortly before it was looked at that its times would not tell of a change. */
export function isRacy({ mtimeMs, ctimeMs }: FolderFacts, lookedAtMs: number): boolean {
  return Math.max(mtimeMs, ctimeMs) >= lookedAtMs - RACY_MS;
}
