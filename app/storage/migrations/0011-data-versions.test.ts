import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../native/sqlite/open-database.ts';
import type { Database } from '../../kernel/ports/database.ts';
import { migrate, readVersion } from './migrate.ts';

const released = path.join(import.meta.dirname, '../../../test/fixtures/schemas/0010.sql');
let folder: string;
let database: Database;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-migrate-'));
  database = openDatabase(path.join(folder, 'lathe.db'));
  database.exec(fs.readFileSync(released, 'utf8'));
});
afterEach(() => {
  database.close();
  fs.rmSync(folder, { recursive: true });
});

describe('the data sets of a workspace of schema 10', () => {
  it('keep their versions, each of which follows the one before it', () => {
    expect(readVersion(database)).toBe(10);
    const before = database
      .prepare('SELECT id, version, digest, message, rows FROM dataset_versions ORDER BY id')
      .all();
    migrate(database, 11);
    expect(
      database.prepare('SELECT id, version, digest, message, rows FROM dataset_versions ORDER BY id').all(),
    ).toEqual(before);
    expect(
      database
        .prepare(
          `SELECT v.version AS version, p.version AS parent FROM dataset_parents x
           JOIN dataset_versions v ON v.id = x.version_id JOIN dataset_versions p ON p.id = x.parent_id`,
        )
        .all(),
    ).toEqual([{ version: 2, parent: 1 }]);
  });

  it('have no author, no tags and no aliases, and are not deleted', () => {
    migrate(database, 11);
    expect(
      database.prepare('SELECT DISTINCT author, format, file_column, deleted_at FROM dataset_versions').all(),
    ).toEqual([{ author: '', format: null, file_column: null, deleted_at: null }]);
    expect(database.prepare('SELECT * FROM dataset_tags').all()).toEqual([]);
    expect(database.prepare('SELECT * FROM dataset_aliases').all()).toEqual([]);
    expect(database.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
  });
});
