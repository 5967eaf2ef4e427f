import type { Database } from '../../kernel/ports/database.ts';
import type { MetricColumns } from '../metrics/metric-columns.ts';
import { toMetricKey } from '../metrics/metric-key.ts';
import { recordPoints } from '../metrics/record-points.ts';
import type { Migration } from './migration.ts';

/** Points moved at a time, which bounds the memory that the longest metric takes. */
const POINTS_AT_A_TIME = 4096;

export const migration: Migration = {
  id: 7,
  name: 'metrics',
  sql: `
    ALTER TABLE metric_keys ADD COLUMN finite_points INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE metric_keys ADD COLUMN mean_value REAL;
    ALTER TABLE metric_keys ADD COLUMN first_step INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE metric_keys ADD COLUMN first_time INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE metric_keys ADD COLUMN latest_time INTEGER NOT NULL DEFAULT 0;
    /* the greatest value at the last step and time: MLflow's choice */
    ALTER TABLE metric_keys ADD COLUMN last_greatest REAL;
    /* 0 once a step was smaller than one before it */
    ALTER TABLE metric_keys ADD COLUMN ordered INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE metric_keys ADD COLUMN sealed_points INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE metric_keys ADD COLUMN closed_chunks INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE metric_keys ADD COLUMN open_points INTEGER NOT NULL DEFAULT 0;

    /* points packed in the order of recording; blocks are read without data, so they come before it */
    CREATE TABLE metric_chunks (
      metric_id     INTEGER NOT NULL REFERENCES metric_keys (id),
      position      INTEGER NOT NULL,
      first_seq     INTEGER NOT NULL,
      points        INTEGER NOT NULL,
      from_step     INTEGER NOT NULL,
      to_step       INTEGER NOT NULL,
      blocks        BLOB NOT NULL,
      data          BLOB NOT NULL,
      PRIMARY KEY (metric_id, position),
      UNIQUE (metric_id, first_seq)
    ) STRICT;

    /* segments that stand for chunks, and for segments of the level below */
    CREATE TABLE metric_nodes (
      metric_id     INTEGER NOT NULL REFERENCES metric_keys (id),
      level         INTEGER NOT NULL,
      node          INTEGER NOT NULL,
      data          BLOB NOT NULL,
      PRIMARY KEY (metric_id, level, node)
    ) STRICT, WITHOUT ROWID;

    /* points that came few at a time, until there are enough for a chunk */
    CREATE TABLE metric_tail (
      metric_id     INTEGER NOT NULL REFERENCES metric_keys (id),
      first_seq     INTEGER NOT NULL,
      points        INTEGER NOT NULL,
      data          BLOB NOT NULL,
      PRIMARY KEY (metric_id, first_seq)
    ) STRICT, WITHOUT ROWID;
  `,
  move(database) {
    const ids = database.prepare('SELECT id FROM metric_keys ORDER BY id').all();
    for (const { id } of ids) moveMetric(database, Number(id));
    database.exec('DROP TABLE metric_points');
  },
};

/** Count and store the points of a metric again, from its rows. */
function moveMetric(database: Database, id: number): void {
  database
    .prepare(
      'UPDATE metric_keys SET points = 0, min_value = NULL, max_value = NULL, last_value = NULL WHERE id = ?',
    )
    .run(id);
  const metric = toMetricKey(database.prepare('SELECT * FROM metric_keys WHERE id = ?').get(id)!);
  const select = database.prepare(
    'SELECT seq, step, time, value FROM metric_points WHERE metric_id = ? AND seq > ? ORDER BY seq LIMIT ?',
  );
  for (let after = -1; ; ) {
    const rows = select.all(id, after, POINTS_AT_A_TIME);
    if (rows.length > 0) {
      after = Number(rows.at(-1)!.seq);
      const columns: MetricColumns = {
        steps: Float64Array.from(rows, (row) => Number(row.step)),
        timesMs: Float64Array.from(rows, (row) => Number(row.time)),
        values: Float64Array.from(rows, (row) => (row.value === null ? Number.NaN : Number(row.value))),
      };
      recordPoints(database, metric, columns);
    }
    if (rows.length < POINTS_AT_A_TIME) return;
  }
}
