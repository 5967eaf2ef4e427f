import fs from 'node:fs';
import SqliteDatabase from 'better-sqlite3';
import type { StoreRoots } from '../../../app/kernel/ports/data-store.ts';
import { decodeList } from '../contents/chunk-list.ts';
import type { ContentReader } from '../contents/content-reader.ts';
import type { EntryPlace, StoreIndex } from '../index/store-index.ts';
import { entryKind } from '../packs/pack-format.ts';
import { looseObject, type StorePaths } from '../store-paths.ts';

const DIGEST_BYTES = 32;
/** Several things need it. */
export const SHARED = -1;

const SCHEMA = `
  CREATE TABLE contents (digest BLOB PRIMARY KEY, owner INTEGER NOT NULL, stored_bytes REAL NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;
  CREATE TABLE entries (digest BLOB PRIMARY KEY, owner INTEGER NOT NULL, stored_bytes REAL NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE objects (digest BLOB PRIMARY KEY, owner INTEGER NOT NULL, size_bytes INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

/** Something that a root names and that cannot be found or read. */
export interface LostContent {
  readonly content: Buffer;
  readonly reason: string;
}

export interface NamedContent {
  readonly digest: Buffer;
  readonly sizeBytes: number;
}

export interface Counted {
  /** The sum of its files' sizes, as people count. */
  readonly sizeBytes: number;
  /** On the disk; chunks that two of its own files share count for both. */
  readonly storedBytes: number;
}

/**
 * Everything that things need, down to single entries, and which thing needs it alone. It is kept in a database of its own on the disk, so
 * that memory does not grow with the store. `close` removes it.
 */
export class NeededEntries {
  readonly #scratch = new SqliteDatabase('');
  readonly lost: LostContent[] = [];
  readonly #paths: StorePaths;
  readonly #index: StoreIndex;
  readonly #contents: ContentReader;
  readonly #filesOf: (manifest: Buffer) => Iterable<NamedContent>;
  // Prepared once: a statement's memory comes back only with the collector, which knows nothing of its size.
  readonly #owns: Readonly<Record<'entries' | 'objects', SqliteDatabase.Statement>>;
  readonly #needs: SqliteDatabase.Statement;
  readonly #needsObject: SqliteDatabase.Statement;

  /** @param filesOf the contents that a manifest names */
  constructor(
    paths: StorePaths,
    index: StoreIndex,
    contents: ContentReader,
    filesOf: (manifest: Buffer) => Iterable<NamedContent>,
  ) {
    this.#paths = paths;
    this.#index = index;
    this.#contents = contents;
    this.#filesOf = filesOf;
    this.#scratch.pragma('journal_mode = OFF');
    this.#scratch.pragma('synchronous = OFF');
    this.#scratch.pragma('cache_size = -16384');
    this.#scratch.exec(SCHEMA);
    const own = (table: string, column: string) =>
      this.#scratch.prepare(
        `INSERT INTO ${table} (digest, owner, ${column}) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET owner = ${SHARED} WHERE owner <> excluded.owner AND owner <> ${SHARED}`,
      );
    this.#owns = { entries: own('entries', 'stored_bytes'), objects: own('objects', 'size_bytes') };
    this.#needs = this.#scratch.prepare('SELECT 1 FROM entries WHERE digest = ?').pluck();
    this.#needsObject = this.#scratch.prepare('SELECT 1 FROM objects WHERE digest = ?').pluck();
  }

  /**
   * @param onContent told of each content that was looked through, and of how many there are
   * @returns by thing, what it needs
   */
  find(things: readonly StoreRoots[], onContent: (done: number, total: number) => void): Counted[] {
    const scratch = this.#scratch;
    scratch.exec('BEGIN');
    const add = scratch.prepare(
      `INSERT INTO contents (digest, owner) VALUES (?, ?)
       ON CONFLICT DO UPDATE SET owner = ${SHARED} WHERE owner <> excluded.owner AND owner <> ${SHARED}`,
    );
    for (const [owner, thing] of things.entries()) {
      for (const { digest } of this.#contentsOf(thing)) add.run(digest, owner);
      // Models and artifacts are read as whole files by their path, also where a data set has the same bytes in a pack.
      for (const content of thing.contents) {
        const stat = fs.lstatSync(looseObject(this.#paths, content), { throwIfNoEntry: false });
        if (stat?.isFile()) this.#own('objects', Buffer.from(content, 'hex'), owner, stat.size);
      }
    }
    this.#markAll(onContent);
    const cost = scratch.prepare('SELECT stored_bytes FROM contents WHERE digest = ?').pluck();
    const counted = things.map((thing): Counted => {
      let sizeBytes = 0;
      let storedBytes = 0;
      const seen = new Set<string>();
      for (const content of this.#contentsOf(thing)) {
        sizeBytes += content.sizeBytes;
        const key = content.digest.toString('latin1');
        if (seen.has(key)) continue;
        seen.add(key);
        storedBytes += cost.get(content.digest) as number;
      }
      return { sizeBytes, storedBytes: Math.round(storedBytes) };
    });
    scratch.exec('COMMIT');
    return counted;
  }

  /** Look through every content, a page at a time. */
  #markAll(onContent: (done: number, total: number) => void): void {
    const scratch = this.#scratch;
    const total = scratch.prepare('SELECT COUNT(*) FROM contents').pluck().get() as number;
    const page = scratch
      .prepare('SELECT digest, owner FROM contents WHERE digest > ? ORDER BY digest LIMIT 4096')
      .raw();
    const keep = scratch.prepare('UPDATE contents SET stored_bytes = ? WHERE digest = ?');
    let done = 0;
    for (let after: Buffer = Buffer.alloc(0); ; ) {
      const rows = page.all(after) as [Buffer, number][];
      for (const [digest, owner] of rows) {
        keep.run(this.#markContent(digest, owner), digest);
        onContent(++done, total);
      }
      if (rows.length === 0) return;
      after = rows.at(-1)![0];
    }
  }

  /** Bytes on the disk that only this thing needs, by the thing's number. */
  exclusive(): Map<number, number> {
    const rows = this.#scratch
      .prepare(
        `SELECT owner, SUM(bytes) FROM (
           SELECT owner, stored_bytes AS bytes FROM entries WHERE owner <> ${SHARED}
           UNION ALL SELECT owner, size_bytes FROM objects WHERE owner <> ${SHARED})
         GROUP BY owner`,
      )
      .raw()
      .all() as [number, number][];
    return new Map(rows.map(([owner, bytes]) => [owner, Math.round(bytes)]));
  }

  /** Every content that is needed, with the entries that it consists of as far as they can be read. */
  *contents(): Generator<{ readonly content: Buffer; readonly entries: readonly Buffer[] }> {
    const page = this.#scratch
      .prepare('SELECT digest FROM contents WHERE digest > ? ORDER BY digest LIMIT 4096')
      .pluck();
    for (let after: Buffer = Buffer.alloc(0); ; ) {
      const digests = page.all(after) as Buffer[];
      for (const content of digests) yield { content, entries: this.#readableEntries(content) };
      if (digests.length === 0) return;
      after = digests.at(-1)!;
    }
  }

  #readableEntries(content: Buffer): Buffer[] {
    const entries = [content];
    try {
      const located = this.#contents.find(content);
      if (located.in !== 'chunk' && located.in !== 'list') return entries;
      for (const { digest, place } of this.#entriesOf(content, located.place)) {
        entries.push(digest);
        this.#addBases(place, entries);
      }
    } catch {
      // Its list is damaged: the content itself is named by that.
    }
    return entries;
  }

  /** A delta is harmed by damage to what it was made from, and to what that was made from. */
  #addBases(place: EntryPlace, entries: Buffer[]): void {
    const { bases } = this.#index.block(place.blockId);
    for (let at = 0; bases && at < bases.length; at += DIGEST_BYTES) {
      const base = bases.subarray(at, at + DIGEST_BYTES);
      entries.push(base);
      const below = this.#index.find(base);
      if (below) this.#addBases(below, entries);
    }
  }

  /** Bytes on the disk that are needed at all. */
  get storedBytes(): number {
    return this.#scratch
      .prepare(
        'SELECT (SELECT COALESCE(SUM(stored_bytes), 0) FROM entries) + (SELECT COALESCE(SUM(size_bytes), 0) FROM objects)',
      )
      .pluck()
      .get() as number;
  }

  has(digest: Uint8Array): boolean {
    return this.#needs.get(digest) !== undefined;
  }

  hasObject(digest: Uint8Array): boolean {
    return this.#needsObject.get(digest) !== undefined;
  }

  close(): void {
    this.#scratch.close();
  }

  /** What a thing names: its manifests (which are not of its size), their files, and contents of its own. */
  *#contentsOf({ manifests, contents }: StoreRoots): Generator<NamedContent> {
    for (const hex of manifests) {
      const manifest = Buffer.from(hex, 'hex');
      yield { digest: manifest, sizeBytes: 0 };
      try {
        yield* this.#filesOf(manifest);
      } catch (error) {
        this.#lose(manifest, error);
      }
    }
    for (const hex of contents) {
      const digest = Buffer.from(hex, 'hex');
      yield { digest, sizeBytes: this.#sizeOf(digest) };
    }
  }

  #sizeOf(content: Buffer): number {
    try {
      return this.#contents.size(content);
    } catch {
      // Looking through its entries names it as lost.
      return 0;
    }
  }

  /** @returns bytes on the disk that it takes, what it shares with others too */
  #markContent(content: Buffer, owner: number): number {
    try {
      const located = this.#contents.find(content);
      if (located.in === 'nothing') return 0;
      if (located.in === 'object') {
        this.#own('objects', content, owner, located.sizeBytes);
        return located.sizeBytes;
      }
      let bytes = 0;
      for (const { digest, place } of this.#entriesOf(content, located.place))
        bytes += this.#markEntry(digest, place, owner);
      return bytes;
    } catch (error) {
      this.#lose(content, error);
      return 0;
    }
  }

  #markEntry(digest: Buffer, place: EntryPlace, owner: number): number {
    const block = this.#index.block(place.blockId);
    const bytes = block.rawBytes === 0 ? 0 : (block.storedBytes * place.sizeBytes) / block.rawBytes;
    const changed = this.#own('entries', digest, owner, bytes);
    // What a delta was made from is needed as long as the delta is, by whoever needs the delta.
    if (changed && block.bases) {
      for (let at = 0; at < block.bases.length; at += DIGEST_BYTES) {
        const base = block.bases.subarray(at, at + DIGEST_BYTES);
        const basePlace = this.#index.find(base);
        if (basePlace) this.#markEntry(base, basePlace, owner);
        else throw new Error(`the delta's base ${base.toString('hex')} is missing`);
      }
    }
    return bytes;
  }

  /** @returns whether it was not known to be needed by this owner, or by several, before */
  #own(table: 'entries' | 'objects', digest: Buffer, owner: number, bytes: number): boolean {
    return this.#owns[table].run(digest, owner, bytes).changes > 0;
  }

  /** The entry of a content, the chunks that its list names, and the lists below it. */
  *#entriesOf(
    digest: Buffer,
    place: EntryPlace,
  ): Generator<{ readonly digest: Buffer; readonly place: EntryPlace }> {
    yield { digest, place };
    if (place.kind !== entryKind.list) return;
    yield* this.#below(digest, this.#contents.entry(digest, digest));
  }

  *#below(
    content: Buffer,
    list: Uint8Array,
  ): Generator<{ readonly digest: Buffer; readonly place: EntryPlace }> {
    const { level, items } = decodeList(list);
    for (const { digest } of items) {
      const place = this.#index.find(digest);
      if (!place) {
        // A chunk may be a whole file of an older workspace.
        const located = this.#contents.find(digest);
        if (located.in === 'object') this.#own('objects', digest, SHARED, located.sizeBytes);
        continue;
      }
      yield { digest, place };
      if (level > 0) yield* this.#below(content, this.#contents.entry(digest, content));
    }
  }

  #lose(content: Buffer, error: unknown): void {
    if (this.lost.some((known) => known.content.equals(content))) return;
    this.lost.push({ content, reason: error instanceof Error ? error.message : String(error) });
  }
}
