import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../native/sqlite/open-database.ts';
import type { RunId } from '../../contract/ids.ts';
import { createMetricStore } from '../metric-store.ts';
import { migrations } from './index.ts';
import { migrate, readVersion, schemaVersion } from './migrate.ts';

/** The first run of the fixtures. */
const softmax = '01a1fcf999e9760296190bb286c7b67c' as RunId;
let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-migrate-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

describe('migrations', () => {
  it('have ids without gaps, so that the position is the version', () => {
    expect(migrations.map(({ id }) => id)).toEqual(migrations.map((_, index) => index + 1));
  });

  it('are done once', () => {
    const database = openDatabase(path.join(folder, 'lathe.db'));
    migrate(database);
    migrate(database);
    expect(readVersion(database)).toBe(schemaVersion);
    database.close();
  });

  it('go on from wherever a kill left them', () => {
    const database = openDatabase(path.join(folder, 'lathe.db'));
    for (let upTo = 1; upTo <= schemaVersion; upTo++) {
      migrate(database, upTo);
      expect(readVersion(database)).toBe(upTo);
    }
    database.close();
  });

  it('are refused for a workspace that a newer Lathe made, which stays as it is', () => {
    const database = openDatabase(path.join(folder, 'lathe.db'));
    migrate(database);
    database.exec('PRAGMA user_version = 999');
    expect(() => migrate(database)).toThrow(expect.objectContaining({ code: 'WORKSPACE_TOO_NEW' }));
    expect(readVersion(database)).toBe(999);
    database.close();
  });

  it('open and bring up to date the database of every released schema', () => {
    const fixtures = path.join(import.meta.dirname, '../../../test/fixtures/schemas');
    const files = fs.readdirSync(fixtures).filter((name) => name.endsWith('.sql'));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const database = openDatabase(path.join(folder, `${file}.db`));
      database.exec(fs.readFileSync(path.join(fixtures, file), 'utf8'));
      migrate(database);
      expect(readVersion(database)).toBe(schemaVersion);
      expect(database.prepare('SELECT name FROM runs ORDER BY name').get()?.name).toBe('mlp-128-64-s7');
      expect(database.prepare('SELECT DISTINCT name FROM run_inputs').all()).toEqual([{ name: 'data' }]);
      expect(createMetricStore(database).summaries([softmax]).get(softmax)!.val_loss).toMatchObject({
        points: 3,
        last: 0.9469506200068022,
        lastStep: 57,
      });
      expect([...createMetricStore(database).verify()].flatMap(({ damaged }) => damaged)).toEqual([]);
      expect(database.prepare('PRAGMA integrity_check').get()?.integrity_check).toBe('ok');
      expect(database.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
      database.close();
    }
  });

  it('say that a file is damaged when it is no database', () => {
    fs.writeFileSync(
      path.join(folder, 'lathe.db'),
      'this is no database, and long enough to be read as one: '.repeat(40),
    );
    expect(() => openDatabase(path.join(folder, 'lathe.db'))).toThrow(
      expect.objectContaining({ code: 'WORKSPACE_DAMAGED' }),
    );
  });
});
