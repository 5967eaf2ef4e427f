import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../native/sqlite/open-database.ts';
import type { Database } from '../../kernel/ports/database.ts';
import { migrate } from './migrate.ts';

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

describe('the runs and data sets of a workspace without splits', () => {
  it('keep their inputs, which were taken whole, and expect nothing', () => {
    const columns = 'run_id, name, dataset_version_id, dataset_name, version, digest';
    const inputs = () => database.prepare(`SELECT ${columns} FROM run_inputs ORDER BY run_id, name`).all();
    const before = inputs();
    expect(before.length).toBeGreaterThan(0);
    migrate(database, 12);
    expect(inputs()).toEqual(before);
    expect(database.prepare('SELECT DISTINCT split FROM run_inputs').all()).toEqual([{ split: null }]);
    for (const table of ['dataset_expectations', 'dataset_check_reports', 'dataset_splits'])
      expect(database.prepare(`SELECT COUNT(*) AS n FROM ${table}`).get()).toEqual({ n: 0 });
    expect(database.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
  });

  it('may carry each check once, and a split only on a version that is there', () => {
    migrate(database, 12);
    const dataset = String(database.prepare('SELECT id FROM datasets LIMIT 1').get()!.id);
    const add = database.prepare(
      "INSERT INTO dataset_expectations (id, dataset_id, severity, definition) VALUES (?, ?, 'warn', '{}')",
    );
    add.run('a', dataset);
    expect(() => add.run('b', dataset)).toThrow(/UNIQUE/);
    expect(() =>
      database
        .prepare(
          "INSERT INTO dataset_splits (version_id, name, spec, parts, leakage, rows, digest, assignment, created_at) VALUES ('nobody', 's', '{}', '[]', '{}', 1, 'd', x'00', 1)",
        )
        .run(),
    ).toThrow(/FOREIGN KEY/);
  });
});
