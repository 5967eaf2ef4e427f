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
    read(name, digest) {
      const hash = Buffer.from(`${name} ${digest}`).toString('hex').padEnd(32, '0').slice(0, 32);
      writeYaml(path.join(root, '1', 'datasets', hash), { name, digest, source_type: 'local', source: '{}' });
      writeYaml(path.join(runFolder, 'inputs', hash), {
        source_type: 'DATASET',
        source_id: hash,
        destination_type: 'RUN',
        destination_id: id,
        tags: { 'mlflow.data.context': 'training' },
      });
    },
    register(model, version, alias) {
      const place = path.join(runFolder, 'artifacts', `model-${version}`);
      fs.mkdirSync(place, { recursive: true });
      fs.writeFileSync(path.join(place, 'MLmodel'), `model ${version}\n`);
      const folder = path.join(root, 'models', model);
      writeYaml(folder, { name: model, description: 'for digits' });
      const source = `/elsewhere/mlruns/1/${id}/artifacts/model-${version}`;
      writeYaml(path.join(folder, `version-${version}`), { name: model, version, source, run_id: id });
      writeFile(path.join(folder, `version-${version}`, 'tags', 'stage'), 'tried');
      writeFile(path.join(folder, 'tags', 'team'), 'größe');
      writeFile(path.join(folder, 'aliases', alias), String(version));
    },
    tear(point) {
      const line = lineOf(point);
      fs.appendFileSync(fileOf(point.key), line.slice(0, -4));
      return () => fs.appendFileSync(fileOf(point.key), line.slice(-4));
    },
    close() {},
  };
}

function writeYaml(folder: string, values: object): void {
  writeFile(path.join(folder, 'meta.yaml'), JSON.stringify(values));
}

function writeFile(file: string, text: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
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
    CREATE TABLE datasets (dataset_uuid TEXT, experiment_id INTEGER, name TEXT, digest TEXT, dataset_source_type TEXT,
      dataset_source TEXT, dataset_schema TEXT, dataset_profile TEXT);
    CREATE TABLE inputs (input_uuid TEXT, source_type TEXT, source_id TEXT, destination_type TEXT, destination_id TEXT);
    CREATE TABLE input_tags (input_uuid TEXT, name TEXT, value TEXT);
    CREATE TABLE registered_models (name TEXT PRIMARY KEY, description TEXT);
    CREATE TABLE registered_model_tags (name TEXT, key TEXT, value TEXT, PRIMARY KEY (name, key));
    CREATE TABLE registered_model_aliases (name TEXT, alias TEXT, version INTEGER, PRIMARY KEY (name, alias));
    CREATE TABLE model_versions (name TEXT, version INTEGER, description TEXT, current_stage TEXT, source TEXT, run_id TEXT);
    CREATE TABLE model_version_tags (name TEXT, version INTEGER, key TEXT, value TEXT);
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
    read(name, digest) {
      database
        .prepare(`INSERT INTO datasets VALUES (?, 1, ?, ?, 'local', '{}', NULL, NULL)`)
        .run(`${name} ${digest}`, name, digest);
      database
        .prepare(`INSERT INTO inputs VALUES (?, 'DATASET', ?, 'RUN', ?)`)
        .run(`in ${name} ${digest}`, `${name} ${digest}`, MLFLOW_RUN);
      database
        .prepare(`INSERT INTO input_tags VALUES (?, 'mlflow.data.context', 'training')`)
        .run(`in ${name} ${digest}`);
    },
    register(model, version, alias) {
      writeFile(
        path.join(folder, 'mlruns', '1', MLFLOW_RUN, 'artifacts', `model-${version}`, 'MLmodel'),
        `model ${version}\n`,
      );
      const source = `mlflow-artifacts:/1/${MLFLOW_RUN}/artifacts/model-${version}`;
      const rows: [string, ...(string | number)[]][] = [
        [`INSERT OR IGNORE INTO registered_models VALUES (?, 'for digits')`, model],
        [`INSERT OR IGNORE INTO registered_model_tags VALUES (?, 'team', 'größe')`, model],
        ['INSERT OR REPLACE INTO registered_model_aliases VALUES (?, ?, ?)', model, alias, version],
        [`INSERT INTO model_versions VALUES (?, ?, '', 'None', ?, ?)`, model, version, source, MLFLOW_RUN],
        [`INSERT INTO model_version_tags VALUES (?, ?, 'stage', 'tried')`, model, version],
      ];
      for (const [sql, ...values] of rows) database.prepare(sql).run(...values);
    },
    // A transaction that is not committed is all that SQLite has of a torn write.
    tear(point) {
      database.exec('BEGIN');
      log(point);
      return () => database.exec('COMMIT');
    },
    close: () => database.close(),
  };
}
