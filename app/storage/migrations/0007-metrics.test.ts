import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../native/sqlite/open-database.ts';
import { seededNumbers } from '../../../test/support/metric-runs.ts';
import type { RunId } from '../../contract/ids.ts';
import { toWireNumber } from '../../contract/wire.ts';
import type { Database } from '../../kernel/ports/database.ts';
import { createMetricStore } from '../metric-store.ts';
import { migrate, readVersion } from './migrate.ts';

const run = '0'.repeat(32) as RunId;
let folder: string;
let database: Database;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-migrate-'));
  database = openDatabase(path.join(folder, 'lathe.db'));
  migrate(database, 6);
  database.exec(`
    INSERT INTO projects (id, name, created_at) VALUES ('p', 'p', 0);
    INSERT INTO experiments (id, project_id, name, created_at) VALUES ('e', 'p', 'e', 0);
    INSERT INTO runs (id, project_id, experiment_id, name, color, status, template, target, progress, environment, created_at)
      VALUES ('${run}', 'p', 'e', 'r', 1, 'finished', 'mlp', 'native', '{}', '{}', 0)`);
});
afterEach(() => {
  database.close();
  fs.rmSync(folder, { recursive: true });
});

/** What the fixture of schema 7 was made with: a full chunk, an open one and a tail, and a step that went back. */
function fixturePoints() {
  return Array.from({ length: 2205 }, (_, index) => ({
    key: 'grad/norm',
    step: index * 5 - (index === 2203 ? 7 : 0),
    timeMs: 1_795_245_580_000 + index * 12,
    value: index === 2202 ? 'NaN' : index < 2200 ? Math.round(100 * Math.exp(-index / 800)) / 64 : index / 4,
  }));
}

interface Row {
  readonly step: number;
  readonly timeMs: number;
  readonly value: number;
}

/** Rows as schema 6 kept them; the summary beside them is made anew, so it does not matter here. */
function insertRows(id: number, key: string, rows: readonly Row[]): void {
  database
    .prepare('INSERT INTO metric_keys (id, run_id, key, points) VALUES (?, ?, ?, ?)')
    .run(id, run, key, rows.length);
  const insert = database.prepare(
    'INSERT INTO metric_points (metric_id, seq, step, time, value) VALUES (?, ?, ?, ?, ?)',
  );
  database.transaction(() => {
    for (const [seq, { step, timeMs, value }] of rows.entries())
      insert.run(id, seq, step, timeMs, Number.isNaN(value) ? null : value);
  });
}

function randomRows(count: number): Row[] {
  const random = seededNumbers(count);
  return Array.from({ length: count }, (_, index) => ({
    step: index - (random() < 0.01 ? 500 : 0),
    timeMs: 1.75e12 + index * 3,
    value: random() < 0.01 ? Number.NaN : random() < 0.01 ? Number.POSITIVE_INFINITY : random(),
  }));
}

const expected = (key: string, rows: readonly Row[]) =>
  rows.map(({ value, ...at }) => ({ key, ...at, value: toWireNumber(value) }));

describe('metrics of a workspace of schema 6', () => {
  it('are all there after they were moved, in the order they were recorded', () => {
    const long = randomRows(50_000);
    const short = randomRows(3);
    insertRows(7, 'loss', long);
    insertRows(9, 'accuracy', short);
    insertRows(11, 'nothing', []);
    migrate(database);
    const store = createMetricStore(database);
    const { points, total } = store.points(run, undefined, 100_000, 0);
    expect(total).toBe(50_003);
    expect(points).toEqual([...expected('accuracy', short), ...expected('loss', long)]);
    const { loss, nothing } = store.summaries([run]).get(run)!;
    expect(loss).toMatchObject({ points: 50_000, max: 'Infinity', lastStep: 49_999 });
    expect(nothing).toMatchObject({ points: 0, last: 'NaN' });
    expect([...store.verify()].flatMap(({ damaged }) => damaged)).toEqual([]);
    database.transaction(() => store.append(run, [{ key: 'nothing', step: 1, timeMs: 1, value: 2 }]));
    expect(store.points(run, 'nothing', 10, 0).total).toBe(1);
  });

  it('stay as they were when the move does not succeed', () => {
    insertRows(1, 'loss', randomRows(5000));
    // A step that no journal can hold.
    database.exec('UPDATE metric_points SET step = 9223372036854775807 WHERE seq = 4000');
    expect(() => migrate(database)).toThrow();
    expect(readVersion(database)).toBe(6);
    expect(database.prepare('SELECT COUNT(*) AS n FROM metric_points').get()?.n).toBe(5000);
    expect(database.prepare('SELECT points FROM metric_keys').get()?.points).toBe(5000);
  });
});

describe('metrics of a workspace of schema 7', () => {
  it('are read as they were written then', () => {
    const old = openDatabase(path.join(folder, 'old.db'));
    try {
      const fixture = path.join(import.meta.dirname, '../../../test/fixtures/schemas/0007.sql');
      old.exec(fs.readFileSync(fixture, 'utf8'));
      migrate(old);
      const program = old.prepare("SELECT id FROM runs WHERE name = 'program'").get()!.id as RunId;
      const { points, damaged } = createMetricStore(old).points(program, 'grad/norm', 10_000, 0);
      expect(damaged).toEqual([]);
      expect(points).toEqual(fixturePoints());
    } finally {
      old.close();
    }
  });
});
