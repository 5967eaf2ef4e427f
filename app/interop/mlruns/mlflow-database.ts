import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ParameterValue } from '../../contract/wire.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { SqlRow } from '../../kernel/ports/database.ts';
import type {
  ImportedBatch,
  ImportedModel,
  ImportedRun,
  TransferPoint,
} from '../../kernel/ports/run-transfer.ts';
import { statOf } from '../source-files.ts';
import { parameterFromText } from '../yaml-facts.ts';
import { artifactFiles } from './artifact-files.ts';
import { databaseDatasets, databaseModels, hasTables, type Rows } from './database-registry.ts';
import { isFieldTag, readPosition, stateOf } from './mlflow-facts.ts';

const ROWS_PER_CALL = 5000;
/** What MLflow stores for an infinity. */
const LARGEST = 1.797_693_134_862_315_7e308;
const tables = ['experiments', 'runs', 'metrics', 'params', 'tags'];

export type OpenDatabase = (filePath: string) => Rows & { close(): void };

/** Whether a file is a SQLite database with MLflow's tables. */
export async function isMlflowDatabase(filePath: string, open: OpenDatabase): Promise<boolean> {
  try {
    return await reading(filePath, open, async () => true);
  } catch {
    return false;
  }
}

/** @throws AppError DATA_MALFORMED if it is no database of MLflow */
async function reading<T>(
  filePath: string,
  open: OpenDatabase,
  work: (rows: Rows) => Promise<T>,
): Promise<T> {
  const database = open(filePath);
  try {
    if (!hasTables(database, tables)) {
      throw new AppError('DATA_MALFORMED', `${filePath} is no database of MLflow.`, {
        details: { path: filePath },
      });
    }
    return await work(database);
  } finally {
    database.close();
  }
}

/** Runs of a database; those that were deleted in MLflow, and those of deleted experiments, are passed over. */
export async function mlflowDatabase(filePath: string, open: OpenDatabase): Promise<ImportedRun[]> {
  return await reading(filePath, open, async (rows) =>
    rows
      .all(
        `SELECT r.run_uuid, r.name, r.start_time, e.name AS experiment,
           (SELECT t.value FROM tags t WHERE t.run_uuid = r.run_uuid AND t.key = 'mlflow.runName') AS run_name
         FROM runs r JOIN experiments e ON e.experiment_id = r.experiment_id
         WHERE r.lifecycle_stage = 'active' AND e.lifecycle_stage = 'active' ORDER BY r.start_time, r.run_uuid`,
      )
      .map((row): ImportedRun => {
        const id = String(row.run_uuid);
        return {
          identities: [id],
          ...(/^[0-9a-f]{32}$/.test(id) && { id: id as NonNullable<ImportedRun['id']> }),
          name: String(row.run_name ?? row.name ?? '') || id,
          experiment: String(row.experiment),
          tellsEnd: true,
          startedAt: timeOf(row.start_time),
          read: (position, signal) => readRun(filePath, open, id, position, signal),
        };
      }),
  );
}

/** Registered models of a database. */
export const mlflowDatabaseModels = (filePath: string, open: OpenDatabase): Promise<ImportedModel[]> =>
  reading(filePath, open, async (rows) => databaseModels(rows));

const timeOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;

async function* readRun(
  filePath: string,
  open: OpenDatabase,
  id: string,
  from: string | null,
  signal: AbortSignal,
): AsyncGenerator<ImportedBatch> {
  const position = readPosition(from);
  const database = open(filePath);
  let artifactUri: string;
  let experiment: string;
  try {
    const [run] = database.all('SELECT * FROM runs WHERE run_uuid = ?', id);
    if (!run) return;
    artifactUri = String(run.artifact_uri ?? '');
    experiment = String(run.experiment_id);
    // Row numbers hold as long as nobody compacts the file: the row that was last is looked at again.
    const known = position.database;
    const holds = known !== null && markOf(database, known.rowId) === known.last;
    const compare = from !== null && !holds;
    let rowId = holds ? known.rowId : 0;
    position.database = known ?? { rowId: 0, last: '' };
    yield { ...facts(database, run), position: JSON.stringify(position), fraction: 0 };
    while (true) {
      signal.throwIfAborted();
      const rows = database.all(
        `SELECT rowid AS row_id, key, value, timestamp, step, is_nan FROM metrics
         WHERE run_uuid = ? AND rowid > ? ORDER BY rowid LIMIT ${ROWS_PER_CALL}`,
        id,
        rowId,
      );
      if (rows.length === 0) break;
      rowId = Number(rows.at(-1)!.row_id);
      position.database = { rowId, last: markOf(database, rowId) };
      yield {
        position: JSON.stringify(position),
        points: rows.map(pointOf),
        ...(compare && { compare }),
        fraction: 0.5,
      };
      // One call may be long for a thread that others wait for.
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    database.close();
  }
  const root = await artifactFolder(path.dirname(filePath), artifactUri, experiment, id);
  if (root === null) {
    // Without a folder beside the database the run has no artifacts, or they are where nobody here may look.
    if (isElsewhere(path.dirname(filePath), artifactUri))
      yield {
        position: JSON.stringify(position),
        notes: [`Its artifacts at ${artifactUri} are not beside the database.`],
      };
    return;
  }
  for await (const artifacts of artifactFiles(root, '', position.files, signal)) {
    yield { position: JSON.stringify(position), artifacts, fraction: 0.9 };
  }
}

function facts(rows: Rows, run: SqlRow): Omit<ImportedBatch, 'position'> {
  const id = run.run_uuid!;
  const pairs = (table: 'params' | 'tags') =>
    rows
      .all(`SELECT key, value FROM ${table} WHERE run_uuid = ?`, id as string)
      .map(({ key, value }) => [String(key), String(value ?? '')] as const);
  const params: Record<string, ParameterValue> = {};
  for (const [key, value] of pairs('params')) params[key] = parameterFromText(value);
  const startedAt = timeOf(run.start_time);
  const endedAt = timeOf(run.end_time);
  return {
    params,
    datasets: databaseDatasets(rows, String(id)),
    tags: Object.fromEntries(pairs('tags').filter(([key]) => !isFieldTag(key))),
    status: stateOf(run.status),
    ...(startedAt !== null && { startedAt }),
    ...(endedAt !== null && { endedAt }),
  };
}

function markOf(rows: Rows, rowId: number): string {
  const [row] = rows.all('SELECT run_uuid, key, value, timestamp, step FROM metrics WHERE rowid = ?', rowId);
  return row ? JSON.stringify(Object.values(row)) : '';
}

function pointOf(row: SqlRow): TransferPoint {
  const stored = Number(row.value);
  let value = stored;
  if (Number(row.is_nan) === 1) value = Number.NaN;
  else if (Math.abs(stored) >= LARGEST)
    value = stored > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  return { key: String(row.key), step: Number(row.step), timeMs: Number(row.timestamp), value };
}

/**
 * Where a run's artifacts are, where that is in a folder beside the database: what the URI says if it is below, else the places that MLflow
 * uses by itself. The URI of a file from elsewhere is nobody's permission to read any other place.
 */
async function artifactFolder(
  base: string,
  uri: string,
  experiment: string,
  run: string,
): Promise<string | null> {
  const candidates = ['mlruns', 'mlartifacts']
    .filter(() => /^\d+$/.test(experiment) && /^[\w-]+$/.test(run))
    .map((root) => path.join(base, root, experiment, run, 'artifacts'));
  const named = localPath(uri, base);
  if (named?.startsWith(base + path.sep)) candidates.unshift(named);
  for (const candidate of candidates) {
    const stat = await statOf(candidate);
    if (stat?.isDirectory() && (await climbsNowhere(base, candidate))) return candidate;
  }
  return null;
}

const isElsewhere = (base: string, uri: string): boolean =>
  uri !== '' && !uri.startsWith('mlflow-artifacts:') && !localPath(uri, base)?.startsWith(base + path.sep);

function localPath(uri: string, base: string): string | null {
  try {
    if (uri.startsWith('file:')) return path.resolve(fileURLToPath(uri));
  } catch {
    return null;
  }
  return /^[a-z][a-z0-9+.-]+:/i.test(uri) || uri === '' ? null : path.resolve(base, uri);
}

/** No link on the way from the base to the folder. */
async function climbsNowhere(base: string, folder: string): Promise<boolean> {
  const [realBase, realFolder] = await Promise.all([realpath(base), realpath(folder)]);
  return path.relative(base, folder) === path.relative(realBase, realFolder);
}
