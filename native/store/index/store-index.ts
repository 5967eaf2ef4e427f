import { randomUUID } from 'node:crypto';
import SqliteDatabase from 'better-sqlite3';
import type { EntryKind, Method, PackBlock } from '../packs/pack-format.ts';

/** Raised when the tables change; an index of another version is made anew from the packs. */
export const INDEX_VERSION = 2;

const SCHEMA = `
  CREATE TABLE packs (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    size_bytes INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE blocks (
    -- never used again: threads remember blocks by it
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    pack_id INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    stored_bytes INTEGER NOT NULL,
    raw_bytes INTEGER NOT NULL,
    method INTEGER NOT NULL,
    depth INTEGER NOT NULL,
    crc INTEGER NOT NULL,
    -- digests of the chunks that are a delta's dictionary, one after another; null for others
    bases BLOB
  ) STRICT;
  CREATE INDEX blocks_by_pack ON blocks (pack_id);
  CREATE TABLE entries (
    digest BLOB PRIMARY KEY,
    block_id INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    kind INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  -- one row: changes whenever contents may have gone, so that nobody trusts what was remembered before
  CREATE TABLE state (epoch TEXT NOT NULL) STRICT;
  -- since when collection knows that nothing needs an entry
  CREATE TABLE unreferenced (digest BLOB PRIMARY KEY, since_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

/** Where an entry's bytes are: in a block, which lies in a pack. */
export interface EntryPlace {
  readonly kind: EntryKind;
  /** Inside the block's raw bytes. */
  readonly offset: number;
  readonly sizeBytes: number;
  readonly blockId: number;
}

export interface BlockPlace {
  readonly id: number;
  readonly pack: string;
  readonly offset: number;
  readonly storedBytes: number;
  readonly rawBytes: number;
  readonly method: Method;
  readonly depth: number;
  readonly crc: number;
  readonly bases: Buffer | null;
}

const DIGEST_BYTES = 32;
/** How many blocks' places are kept at hand. */
const MAX_BLOCKS_AT_HAND = 20_000;

/**
 * Which entries there are and where: derived from the packs, so it may be deleted at any time. Written by the store's own thread
 * only; the pool's threads read.
 */
export class StoreIndex {
  readonly database: SqliteDatabase.Database;
  readonly #find: SqliteDatabase.Statement;
  readonly #block: SqliteDatabase.Statement;
  readonly #has: SqliteDatabase.Statement;
  readonly #blocks = new Map<number, BlockPlace>();

  private constructor(database: SqliteDatabase.Database) {
    this.database = database;
    this.#find = database
      .prepare('SELECT kind, offset, size_bytes, block_id FROM entries WHERE digest = ?')
      .raw();
    this.#has = database.prepare('SELECT 1 FROM entries WHERE digest = ?').pluck();
    this.#block = database
      .prepare(
        `SELECT name, offset, stored_bytes, raw_bytes, method, depth, crc, bases
         FROM blocks JOIN packs ON packs.id = blocks.pack_id WHERE blocks.id = ?`,
      )
      .raw();
  }

  /** Open or make it. @throws an error of SQLite's if the file is damaged */
  static open(filePath: string): StoreIndex {
    const database = new SqliteDatabase(filePath, { timeout: 10_000 });
    try {
      database.pragma('journal_mode = WAL');
      // A power cut may take the last transactions with it; they are in the packs.
      database.pragma('synchronous = NORMAL');
      database.pragma('cache_size = -32768');
      database.pragma('trusted_schema = OFF');
      const version = database.pragma('user_version', { simple: true });
      if (version !== INDEX_VERSION && version !== 0) throw new Error(`an index of version ${version}`);
      if (version === 0) {
        database.transaction(() => {
          database.exec(SCHEMA);
          database.prepare('INSERT INTO state VALUES (?)').run(randomUUID());
          database.pragma(`user_version = ${INDEX_VERSION}`);
        })();
      }
      return new StoreIndex(database);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  static openForReading(filePath: string): StoreIndex {
    const database = new SqliteDatabase(filePath, { timeout: 10_000, readonly: true });
    database.pragma('cache_size = -8192');
    database.pragma('query_only = ON');
    return new StoreIndex(database);
  }

  has(digest: Uint8Array): boolean {
    return this.#has.get(digest) !== undefined;
  }

  find(digest: Uint8Array): EntryPlace | null {
    const row = this.#find.get(digest) as [EntryKind, number, number, number] | undefined;
    return row ? { kind: row[0], offset: row[1], sizeBytes: row[2], blockId: row[3] } : null;
  }

  /** Look many up at once: one reading transaction costs less than one for each. */
  reading<T>(body: () => T): T {
    this.database.exec('BEGIN');
    try {
      return body();
    } finally {
      this.database.exec('COMMIT');
    }
  }

  /** @param id as an entry names it */
  block(id: number): BlockPlace {
    const known = this.#blocks.get(id);
    if (known) return known;
    const row = this.#block.get(id) as
      | [string, number, number, number, Method, number, number, Buffer | null]
      | undefined;
    if (!row) throw new Error(`the index has no block ${id}`);
    const [pack, offset, storedBytes, rawBytes, method, depth, crc, bases] = row;
    const place = { id, pack, offset, storedBytes, rawBytes, method, depth, crc, bases };
    if (this.#blocks.size >= MAX_BLOCKS_AT_HAND) this.#blocks.clear();
    this.#blocks.set(id, place);
    return place;
  }

  /** Changes whenever contents may have gone. */
  get epoch(): string {
    return String(this.database.prepare('SELECT epoch FROM state').pluck().get());
  }

  /** Contents have gone that somebody may count on. */
  renewEpoch(): void {
    this.database.prepare('UPDATE state SET epoch = ?').run(randomUUID());
  }

  /** Take a pack in; entries that are known from another pack stay where they are. */
  addPack(name: string, sizeBytes: number, blocks: readonly PackBlock[]): void {
    const { database } = this;
    database.transaction(() => {
      const known = database.prepare('SELECT id FROM packs WHERE name = ?').get(name);
      if (known) return;
      const pack = database
        .prepare('INSERT INTO packs (name, size_bytes) VALUES (?, ?)')
        .run(name, sizeBytes).lastInsertRowid;
      const insertBlock = database.prepare(
        `INSERT INTO blocks (pack_id, offset, stored_bytes, raw_bytes, method, depth, crc, bases)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      );
      const insertEntry = database.prepare('INSERT OR IGNORE INTO entries VALUES (?, ?, ?, ?, ?)');
      for (const block of blocks) {
        const { offset, storedBytes, rawBytes, method, depth, crc, bases } = block;
        const { lastInsertRowid } = insertBlock.run(
          pack,
          offset,
          storedBytes,
          rawBytes,
          method,
          depth,
          crc,
          bases.length > 0 ? Buffer.concat(bases) : null,
        );
        for (const entry of block.entries) {
          insertEntry.run(entry.digest, lastInsertRowid, entry.offset, entry.sizeBytes, entry.kind);
        }
      }
    })();
  }

  /** Forget a pack whose file is gone, with what only it had. */
  removePack(name: string): void {
    const { database } = this;
    database.transaction(() => {
      const pack = database.prepare('SELECT id FROM packs WHERE name = ?').pluck().get(name);
      if (pack === undefined) return;
      database
        .prepare('DELETE FROM entries WHERE block_id IN (SELECT id FROM blocks WHERE pack_id = ?)')
        .run(pack);
      database.prepare('DELETE FROM blocks WHERE pack_id = ?').run(pack);
      database.prepare('DELETE FROM packs WHERE id = ?').run(pack);
    })();
    this.forgetBlocks();
  }

  /** Packs were written anew into one, which may be nothing at all. */
  replacePacks(olds: readonly string[], name: string, sizeBytes: number, blocks: readonly PackBlock[]): void {
    this.database.transaction(() => {
      for (const old of olds) this.removePack(old);
      // A rewriting that was killed may have left this very pack, beside the old ones.
      this.removePack(name);
      if (blocks.length > 0) this.addPack(name, sizeBytes, blocks);
    })();
  }

  /**
   * Forget entries that cannot be read because what they are told by is gone: an index that is made anew finds garbage that was left in packs,
   * which collection has taken the bases of.
   */
  dropOrphans(): void {
    const { database } = this;
    const deltas = database
      .prepare('SELECT id, bases FROM blocks WHERE bases IS NOT NULL ORDER BY depth')
      .raw();
    const drop = database.prepare('DELETE FROM entries WHERE block_id = ?');
    database.transaction(() => {
      // Bases are never deeper than what is told by them, so one round from the least deep on finds all.
      for (const [id, bases] of deltas.all() as [number, Buffer][]) {
        for (let at = 0; at < bases.length; at += DIGEST_BYTES) {
          if (this.has(bases.subarray(at, at + DIGEST_BYTES))) continue;
          drop.run(id);
          break;
        }
      }
    })();
  }

  packs(): { readonly name: string; readonly sizeBytes: number }[] {
    const rows = this.database.prepare('SELECT name, size_bytes FROM packs').raw().all() as [
      string,
      number,
    ][];
    return rows.map(([name, sizeBytes]) => ({ name, sizeBytes }));
  }

  /** After packs were rewritten. */
  forgetBlocks(): void {
    this.#blocks.clear();
  }

  close(): void {
    this.database.close();
  }
}
