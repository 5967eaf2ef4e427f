import fs from 'node:fs';
import path from 'node:path';
import { openDatabase } from '../../../native/sqlite/open-database.ts';
import type { LogPoint, LogWriter } from './log-writer.ts';

export const MLFLOW_RUN = '0123456789abcdef0123456789abcdef';
const TIME = 1_700_000_000_000;

const numberText = (value: number): string =>
  Number.isFinite(value) ? String(value) : Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';

/** A run of MLflow's file store. */
export function mlrunsWriter(folder: string, id = MLFLOW_RUN): LogWriter & { readonly runFolder: string } {
  const root = path.join(folder, 'mlruns');
  const runFolder = path.join(root, '1', id);
  for (const part of ['metrics', 'params', 'tags', 'artifacts'])
    fs.mkdirSync(path.join(runFolder, part), { recursive: true });
  fs.writeFileSync(
    path.join(root, '1', 'meta.yaml'),
    "experiment_id: '1'\nname: digits\nlifecycle_stage: active\n",
  );
  fs.writeFileSync(
    path.join(runFolder, 'meta.yaml'),
    `run_id: ${id}\nrun_name: a run\nstatus: 3\nstart_time: ${TIME}\nend_time: ${TIME + 1000}\nlifecycle_stage: active\n`,
  );
  const fileOf = (key: string) => {
    const file = path.join(runFolder, 'metrics', key);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    return file;
  };
  const lineOf = ({ step, value }: LogPoint) => `${TIME} ${numberText(value)} ${step}\n`;
  return {
    source: folder,
    runFolder,
    log(...points) {
      for (const point of points) fs.appendFileSync(fileOf(point.key), lineOf(point));
    },
    param: (key, value) => fs.writeFileSync(path.join(runFolder, 'params', key), value),
    tear(point) {
      const line = lineOf(point);
      fs.appendFileSync(fileOf(point.key), line.slice(0, -4));
      return () => fs.appendFileSync(fileOf(point.key), line.slice(-4));
    },
    close() {},
  };
}

/** A run of MLflow's SQLite store: those of its tables and columns that say something about runs. */
export function mlflowDatabaseWriter(
  folder: string,
  artifactUri = '',
): LogWriter & { readonly file: string } {
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'mlflow.db');
  const database = openDatabase(file);
  database.exec(`
    CREATE TABLE experiments (experiment_id INTEGER PRIMARY KEY, name TEXT, lifecycle_stage TEXT);
    CREATE TABLE runs (run_uuid TEXT PRIMARY KEY, name TEXT, status TEXT, start_time BIGINT, end_time BIGINT,
      lifecycle_stage TEXT, artifact_uri TEXT, experiment_id INTEGER);
    CREATE TABLE metrics (key TEXT, value DOUBLE, timestamp BIGINT, run_uuid TEXT, step BIGINT, is_nan BOOLEAN,
      PRIMARY KEY (key, timestamp, step, run_uuid, value, is_nan));
    CREATE TABLE params (key TEXT, value TEXT, run_uuid TEXT, PRIMARY KEY (key, run_uuid));
    CREATE TABLE tags (key TEXT, value TEXT, run_uuid TEXT, PRIMARY KEY (key, run_uuid));
    INSERT INTO experiments VALUES (1, 'digits', 'active');`);
  database
    .prepare(`INSERT INTO runs VALUES (?, 'a run', 'FINISHED', ?, ?, 'active', ?, 1)`)
    .run(MLFLOW_RUN, TIME, TIME + 1000, artifactUri);
  const log = (point: LogPoint) => {
    const { value } = point;
    const stored = Number.isNaN(value)
      ? 0
      : Number.isFinite(value)
        ? value
        : Math.sign(value) * Number.MAX_VALUE;
    database
      .prepare('INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)')
      .run(point.key, stored, TIME, MLFLOW_RUN, point.step, Number.isNaN(value) ? 1 : 0);
  };
  return {
    source: folder,
    file,
    log: (...points) => database.transaction(() => points.forEach(log)),
    param: (key, value) =>
      void database.prepare('INSERT INTO params VALUES (?, ?, ?)').run(key, value, MLFLOW_RUN),
    // A transaction that is not committed is all that SQLite has of a torn write.
    tear(point) {
      database.exec('BEGIN');
      log(point);
      return () => database.exec('COMMIT');
    },
    close: () => database.close(),
  };
}
