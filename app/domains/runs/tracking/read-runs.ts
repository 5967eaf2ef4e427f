import type { RunId } from '../../../contract/ids.ts';
import type { JobState } from '../../../contract/jobs.contract.ts';
import type { Database, SqlRow, SqlValue } from '../../../kernel/ports/database.ts';
import {
  type ClientDataset,
  type KeyValue,
  RUN_NAME_TAG,
  type RunState,
  type TrackedPoint,
  type TrackedRun,
} from '../../../kernel/ports/tracking.ts';
import { artifactLocationSql } from './experiment-tracking.ts';

const STATE = `SELECT r.id, r.name, r.user_id, r.status, r.started_at, r.created_at, r.ended_at, r.deleted_at, e.number,
  ${artifactLocationSql} || '/' || r.id || '/artifacts' AS location
  FROM runs r JOIN experiments e ON e.id = r.experiment_id`;

export function readState(database: Database, id: string): RunState | null {
  const row = database.prepare(`${STATE} WHERE r.id = ?`).get(id);
  return row ? toState(row) : null;
}

/** Runs with all that was logged of them, in the order of the ids: six queries however many runs. */
export function readRuns(database: Database, ids: readonly RunId[]): TrackedRun[] {
  const list = JSON.stringify(ids);
  const of = (sql: string) => Map.groupBy(database.prepare(sql).all(list), (row) => row.run_id as RunId);
  const within = 'run_id IN (SELECT value FROM json_each(?))';
  const rows = new Map(
    database
      .prepare(`${STATE} WHERE r.id IN (SELECT value FROM json_each(?))`)
      .all(list)
      .map((row) => [row.id as RunId, row]),
  );
  const metrics = valuesByRun(
    database,
    'metric_keys',
    ['key', 'last_greatest', 'last_time', 'last_step'],
    list,
    toPoint,
  );
  const params = valuesByRun(database, 'run_params', ['key', 'value'], list, toParam);
  const tags = valuesByRun(database, 'run_tags', ['key', 'value'], list, toTag);
  const datasets = of(
    `SELECT l.run_id, l.tags, d.* FROM run_client_datasets l JOIN client_datasets d ON d.id = l.dataset_id WHERE l.${within}`,
  );
  const models = of(
    `SELECT run_id, direction, model_id, step FROM run_model_links WHERE ${within} ORDER BY id`,
  );
  return ids.flatMap((id) => {
    const row = rows.get(id);
    if (!row) return [];
    const links = models.get(id) ?? [];
    return {
      ...toState(row),
      metrics: metrics.get(id) ?? [],
      params: params.get(id) ?? [],
      tags: [
        ...(tags.get(id) ?? []).filter(({ key }) => key !== RUN_NAME_TAG),
        { key: RUN_NAME_TAG, value: String(row.name) },
      ],
      datasets: (datasets.get(id) ?? []).map(toDataset),
      inputModels: links
        .filter(({ direction }) => direction === 'input')
        .map(({ model_id }) => String(model_id)),
      outputModels: links
        .filter(({ direction }) => direction === 'output')
        .map(({ model_id, step }) => ({ modelId: String(model_id), step: Number(step) })),
    };
  });
}

/**
 * What a table has of each run. SQLite makes one text of each column of all that a run has, which is read three times as fast as its
 * rows are; its texts of numbers are exact, and an infinity is a number too large for a double.
 *
 * @param columns the first of them is the key
 * @param toItem makes one item of the lists of columns
 */
function valuesByRun<Item>(
  database: Database,
  table: string,
  columns: readonly string[],
  ids: string,
  toItem: (lists: ColumnLists, at: number) => Item,
): Map<RunId, Item[]> {
  const texts = columns.map((column, index) => `json_group_array(${column}) AS c${index}`).join(', ');
  const rows = database
    .prepare(
      `SELECT run_id, ${texts} FROM ${table} WHERE run_id IN (SELECT value FROM json_each(?)) GROUP BY run_id`,
    )
    .all(ids);
  return new Map(
    rows.map((row) => {
      const lists = columns.map((_, index) => JSON.parse(String(row[`c${index}`])) as SqlValue[]);
      return [row.run_id as RunId, lists[0]!.map((_, at) => toItem(lists, at))];
    }),
  );
}

export function toNumber(value: SqlValue | undefined): number {
  return value === null || value === undefined ? Number.NaN : Number(value);
}

function toState(row: SqlRow): RunState {
  return {
    id: row.id as RunId,
    experimentId: String(row.number),
    artifactLocation: String(row.location),
    name: String(row.name),
    userId: String(row.user_id),
    status: row.status as JobState,
    startedAt: Number(row.started_at ?? row.created_at),
    endedAt: row.ended_at === null ? null : Number(row.ended_at),
    deleted: row.deleted_at !== null,
  };
}

type ColumnLists = readonly SqlValue[][];

const toPoint = (lists: ColumnLists, at: number): TrackedPoint => ({
  key: String(lists[0]![at]),
  value: toNumber(lists[1]![at]),
  timeMs: Number(lists[2]![at]),
  step: Number(lists[3]![at]),
});

/** A parameter's value as a text: what a client logged is one, what Lathe's own runs have may be a number or a boolean. */
export function paramText(stored: SqlValue | undefined): string {
  const text = String(stored);
  if (!text.startsWith('"')) return text;
  // Only a text with a backslash in it needs to be decoded.
  return text.includes('\\') ? JSON.parse(text) : text.slice(1, -1);
}

const toParam = (lists: ColumnLists, at: number): KeyValue => ({
  key: String(lists[0]![at]),
  value: paramText(lists[1]![at]),
});
const toTag = (lists: ColumnLists, at: number): KeyValue => ({
  key: String(lists[0]![at]),
  value: String(lists[1]![at]),
});

const toDataset = (row: SqlRow): ClientDataset => ({
  name: String(row.name),
  digest: String(row.digest),
  sourceType: String(row.source_type),
  source: String(row.source),
  schema: row.schema === null ? null : String(row.schema),
  profile: row.profile === null ? null : String(row.profile),
  tags: JSON.parse(String(row.tags)),
});
