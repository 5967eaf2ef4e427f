import { SectionReader, SectionWriter, sectionStarts } from '../sources/entry-section.ts';
import type { Memory } from '../sources/memory-file.ts';
import { isAsRemembered, isRacy, type StatFacts } from '../sources/source-memory.ts';

/**
 * What a checkout left in a folder is remembered as sections whose entries are whole paths. Sections of one number follow each other in a
 * manifest's order; those that are marked as single files are in no order.
 */
export const leftSections = { written: 0, kept: 1 } as const;

/** A file that a checkout left, as it was then. */
export interface LeftFile extends StatFacts {
  readonly name: string;
  readonly executable: boolean;
  readonly digest: Uint8Array;
}

/** Writes sections of what is left. */
export class LeftWriter {
  readonly #writer = new SectionWriter();

  /** @param isUnordered whether names come in no order */
  constructor(number: number, isUnordered: boolean) {
    this.#writer.begin({ source: number, isSingleFile: isUnordered, path: '' });
  }

  add({ name, size, mtimeMs, ctimeMs, ino, executable, digest }: LeftFile): void {
    this.#writer.file(name, { sizeBytes: size, mtimeMs, ctimeMs, ino }, executable, digest);
  }

  /**
   * A file that was there already.
   *
   * @param lookedAtMs when it was looked at: if it was touched just before, its times say nothing, and it will be read
   */
  addSeen(file: LeftFile, lookedAtMs: number): void {
    this.add(isRacy(file, lookedAtMs) ? { ...file, mtimeMs: 0 } : file);
  }

  take(): Uint8Array<ArrayBuffer> {
    this.#writer.end();
    return this.#writer.take();
  }
}

/** What is remembered of a file. */
export interface RememberedFile {
  readonly sizeBytes: number;
  /** In hex. */
  readonly digest: string;
  isAsLeft(now: SectionReader): boolean;
}

/** What the last checkout left in a folder. */
export class FolderMemory {
  readonly #lookedAtMs: number;
  readonly #buffer: Buffer;
  readonly #ordered: readonly Cursor[];
  readonly #others = new Map<string, number>();

  constructor({ head, sections }: Memory) {
    this.#lookedAtMs = head.lookedAtMs;
    this.#buffer = Buffer.from(sections.buffer, sections.byteOffset, sections.byteLength);
    for (const at of sectionStarts(this.#buffer)) {
      const reader = new SectionReader(this.#buffer, at);
      if (reader.header.isSingleFile) while (reader.next()) this.#others.set(reader.name, reader.entryAt);
    }
    this.#ordered = Object.values(leftSections).map((number) => new Cursor(this.#buffer, number));
  }

  /** Names must come in rising order. */
  find(name: string): RememberedFile | null {
    const other = this.#others.get(name);
    if (other !== undefined) {
      const reader = new SectionReader(this.#buffer, 0);
      reader.moveTo(other);
      return this.#remembered(reader);
    }
    for (const cursor of this.#ordered) {
      const reader = cursor.find(name);
      if (reader) return this.#remembered(reader);
    }
    return null;
  }

  #remembered(reader: SectionReader): RememberedFile {
    return {
      sizeBytes: reader.sizeBytes,
      digest: reader.digest.toString('hex'),
      isAsLeft: (now) =>
        isAsRemembered(
          reader,
          { size: now.sizeBytes, mtimeMs: now.mtimeMs, ctimeMs: now.ctimeMs, ino: now.ino },
          this.#lookedAtMs,
        ),
    };
  }
}

/** Walks through the sections of one number. */
class Cursor {
  readonly #buffer: Buffer;
  readonly #number: number;
  readonly #starts: Generator<number>;
  #reader: SectionReader | null = null;
  #isAtEnd = false;

  constructor(buffer: Buffer, number: number) {
    this.#buffer = buffer;
    this.#number = number;
    this.#starts = sectionStarts(buffer);
    this.#advance();
  }

  find(name: string): SectionReader | null {
    while (!this.#isAtEnd && this.#reader!.name < name) this.#advance();
    return !this.#isAtEnd && this.#reader!.name === name ? this.#reader : null;
  }

  #advance(): void {
    while (!this.#reader?.next()) {
      const { value, done } = this.#starts.next();
      if (done) {
        this.#isAtEnd = true;
        return;
      }
      const reader = new SectionReader(this.#buffer, value);
      const { isSingleFile, source } = reader.header;
      this.#reader = isSingleFile || source !== this.#number ? null : reader;
    }
  }
}
