import fs from 'node:fs';
import { Blake3Hasher, blake3 } from '@napi-rs/blake-hash';
import { Chunker } from '../chunking/chunker.ts';
import { MAX_CHUNK_BYTES, MIN_CHUNK_BYTES } from '../chunking/cut-rules.ts';
import { ListBuilder } from '../contents/chunk-list.ts';
import type { ContentReader } from '../contents/content-reader.ts';
import { SimilarContent } from '../contents/similar-content.ts';
import { type EntryKind, entryKind } from '../packs/pack-format.ts';
import type { PackWriter } from '../packs/pack-writer.ts';
import { checkUnchanged, openSource, readWhole } from '../sources/read-source.ts';
import type { Help } from './help.ts';
import type { FilesToRead, FileToRead } from './pool-messages.ts';
import type { ThreadControl } from './session-control.ts';
import { MAX_QUESTION, type WantedChunks } from './wanted-chunks.ts';

/** Bytes that are read, cut and asked about together; a larger file is read piece by piece. */
export const SLOT_BYTES = 4 * 1024 * 1024;
/** What was cut in one buffer is asked about while the next is filled. */
const SLOTS = 2;
const DIGEST_BYTES = 32;
/** A smaller content costs little, however much of it is new. */
const MIN_SIMILAR_BYTES = 4096;

/** An entry that was cut. */
export interface Found {
  readonly digest: Buffer;
  readonly kind: EntryKind;
  readonly bytes: Uint8Array;
  /** Chunks that it may resemble. */
  readonly similar: readonly Uint8Array[];
}

const none: readonly Uint8Array[] = [];

class Slot {
  readonly chunker = new Chunker(SLOT_BYTES);
  found: Found[] = [];
  question = 0;
}

/** Cuts and hashes contents, asks which chunks are new, and puts those into packs; one for each thread. */
export class ContentStorer {
  readonly #wanted: WantedChunks;
  readonly #writer: PackWriter;
  readonly #help: Help;
  readonly #contents: () => ContentReader;
  readonly #onFull: () => void;
  readonly #slots = Array.from({ length: SLOTS }, () => new Slot());
  #turn = 0;

  /** @param onFull called when a pack should be finished */
  constructor(
    wanted: WantedChunks,
    writer: PackWriter,
    help: Help,
    contents: () => ContentReader,
    onFull: () => void,
  ) {
    this.#wanted = wanted;
    this.#writer = writer;
    this.#help = help;
    this.#contents = contents;
    this.#onFull = onFull;
  }

  /**
   * Files of at most SLOT_BYTES together and MAX_QUESTION / 4 in number.
   *
   * @returns their digests, 32 bytes each
   */
  storeFiles({ paths, facts, similar }: FilesToRead, control: ThreadControl): Uint8Array<ArrayBuffer> {
    const digests = new Uint8Array((facts.length / 4) * DIGEST_BYTES);
    const slot = this.#nextSlot();
    let used = 0;
    let at = 0;
    for (const path of paths.split('\0')) {
      control.check();
      const [sizeBytes, mtimeMs, ctimeMs, ino] = facts.subarray(at * 4, at * 4 + 4) as unknown as [
        number,
        number,
        number,
        number,
      ];
      const bytes = slot.chunker.bytes.subarray(used, used + sizeBytes);
      const fd = openSource(path);
      try {
        readWhole(fd, path, bytes);
        checkUnchanged(fd, { path, sizeBytes, mtimeMs, ctimeMs, ino, similar: null });
      } finally {
        fs.closeSync(fd);
      }
      const before = similar.subarray(at * DIGEST_BYTES, (at + 1) * DIGEST_BYTES);
      digests.set(this.#content(slot, used, used + sizeBytes, before), at * DIGEST_BYTES);
      used += sizeBytes;
      at++;
      control.done(1, sizeBytes);
    }
    this.#ask(slot);
    return digests;
  }

  /** A file of any size. @returns its digest */
  storeLarge(file: FileToRead, control: ThreadControl): Uint8Array<ArrayBuffer> {
    const fd = openSource(file.path);
    try {
      const digest = this.#stream(file.sizeBytes, file.similar, (buffer) => {
        control.check();
        readWhole(fd, file.path, buffer);
        control.done(0, buffer.length);
      });
      checkUnchanged(fd, file);
      control.done(1, 0);
      return digest;
    } finally {
      fs.closeSync(fd);
    }
  }

  /** @param similar digest of a content that they may resemble, or null */
  storeBytes(bytes: Uint8Array, similar: Uint8Array | null): Uint8Array<ArrayBuffer> {
    let at = 0;
    return this.#stream(bytes.length, similar, (buffer) => {
      buffer.set(bytes.subarray(at, at + buffer.length));
      at += buffer.length;
    });
  }

  /** Wait for all answers and put what is wanted into the pack; before it is finished, and at the end of a call. */
  settle(): void {
    for (let slot = 0; slot < SLOTS; slot++) this.#settle(this.#slots[(this.#turn + slot) % SLOTS]!);
  }

  /** After a fault: forget what was cut and not asked about. What was asked about may be an earlier job's, and still gets stored. */
  dropUnasked(): void {
    for (const slot of this.#slots) if (slot.question === 0) slot.found = [];
  }

  /** Forget everything, after the pack was lost. */
  abandon(): void {
    for (const slot of this.#slots) {
      if (slot.question > 0) this.#wanted.answer(slot.question);
      slot.found = [];
      slot.question = 0;
    }
  }

  #stream(
    sizeBytes: number,
    similar: Uint8Array | null,
    fill: (buffer: Uint8Array) => void,
  ): Uint8Array<ArrayBuffer> {
    const before = this.#before(similar, sizeBytes);
    let at = 0;
    const hasher = new Blake3Hasher();
    let slot = this.#nextSlot();
    const list = new ListBuilder((digest, bytes) =>
      slot.found.push({ digest, kind: entryKind.chunk, bytes, similar: none }),
    );
    let left = sizeBytes;
    let used = 0;
    while (true) {
      const more = Math.min(left, SLOT_BYTES - used);
      const fresh = slot.chunker.bytes.subarray(used, used + more);
      fill(fresh);
      hasher.update(fresh);
      used += more;
      left -= more;
      let start = 0;
      for (const end of slot.chunker.cut(0, used, left === 0)) {
        const bytes = slot.chunker.bytes.subarray(start, end);
        const digest = blake3(bytes);
        slot.found.push({
          digest,
          kind: entryKind.chunk,
          bytes,
          similar: resembling(before, digest, at, bytes),
        });
        list.add(digest, bytes.length);
        at += bytes.length;
        start = end;
      }
      if (left === 0) break;
      const rest = slot.chunker.bytes.subarray(start, used);
      this.#ask(slot);
      slot = this.#nextSlot();
      slot.chunker.bytes.set(rest);
      used = rest.length;
    }
    const digest = new Uint8Array(hasher.digestBuffer());
    const bytes = list.finish(digest);
    if (bytes) slot.found.push({ digest: Buffer.from(digest), kind: entryKind.list, bytes, similar: none });
    this.#ask(slot);
    return digest;
  }

  /** A whole content that lies in the slot. @param similar zeros for none */
  #content(slot: Slot, from: number, to: number, similar: Uint8Array): Buffer {
    const bytes = slot.chunker.bytes.subarray(from, to);
    const digest = blake3(bytes);
    if (bytes.length === 0) return digest;
    const before = this.#before(similar, bytes.length);
    const ends = bytes.length <= MIN_CHUNK_BYTES ? [to] : slot.chunker.cut(from, to, true);
    if (ends.length === 1) {
      slot.found.push({
        digest,
        kind: entryKind.chunk,
        bytes,
        similar: resembling(before, digest, 0, bytes),
      });
      return digest;
    }
    const list = new ListBuilder((leaf, leafBytes) =>
      slot.found.push({ digest: leaf, kind: entryKind.chunk, bytes: leafBytes, similar: none }),
    );
    let start = from;
    for (const end of ends) {
      const chunk = slot.chunker.bytes.subarray(start, end);
      const name = blake3(chunk);
      const near = resembling(before, name, start - from, chunk);
      slot.found.push({ digest: name, kind: entryKind.chunk, bytes: chunk, similar: near });
      list.add(name, chunk.length);
      start = end;
    }
    slot.found.push({ digest, kind: entryKind.list, bytes: list.finish(digest)!, similar: none });
    return digest;
  }

  /** What a content was before, as far as the store can tell. */
  #before(similar: Uint8Array | null, sizeBytes: number): SimilarContent | null {
    if (sizeBytes < MIN_SIMILAR_BYTES || !similar?.some((byte) => byte !== 0)) return null;
    try {
      return SimilarContent.of(this.#contents().chunks(Buffer.from(similar)), sizeBytes);
    } catch {
      // It may be gone or damaged; then the content is stored as if it were new.
      return null;
    }
  }

  #nextSlot(): Slot {
    this.#turn = (this.#turn + 1) % SLOTS;
    const slot = this.#slots[this.#turn]!;
    this.#settle(slot);
    return slot;
  }

  #ask(slot: Slot): void {
    if (slot.found.length === 0) return;
    const digests = new Uint8Array(slot.found.length * DIGEST_BYTES);
    for (const [place, { digest }] of slot.found.entries()) digests.set(digest, place * DIGEST_BYTES);
    slot.question = this.#wanted.ask(digests);
  }

  #settle(slot: Slot): void {
    if (slot.question === 0) return;
    const isWanted = this.#wanted.answer(slot.question);
    const wanted = slot.found.filter((_, place) => isWanted(place));
    if (!this.#help.take(wanted)) {
      for (const { digest, kind, bytes, similar } of wanted) this.#writer.add(digest, kind, bytes, similar);
    }
    slot.found = [];
    slot.question = 0;
    if (this.#writer.isFull) this.#onFull();
  }
}

function resembling(
  before: SimilarContent | null,
  digest: Buffer,
  at: number,
  bytes: Uint8Array,
): readonly Uint8Array[] {
  return before?.resembling(digest, at, bytes.length).map((chunk) => chunk.digest) ?? none;
}

/** A batch of small files has at most so many, so that one question has room for all their chunks and lists. */
export const MAX_BATCH_FILES = Math.floor((MAX_QUESTION - 2 * (SLOT_BYTES / MIN_CHUNK_BYTES)) / 4);
/** A file up to this size is stored with others. */
export const MAX_BATCHED_FILE_BYTES = SLOT_BYTES - MAX_CHUNK_BYTES;
