import { randomBytes } from 'node:crypto';
import type { Core } from '../../../kernel/core.ts';
import type { SqlRow } from '../../../kernel/ports/database.ts';
import type {
  Condition,
  KeyValue,
  LoggedModel,
  LoggedModelMetric,
  LoggedModelSearch,
  RunEntity,
  Tracking,
} from '../../../kernel/ports/tracking.ts';
import { all, compare, compareKeyed, type Fragment } from '../../../storage/sql-comparison.ts';
import { artifactLocationSql, type createExperimentTracking } from './experiment-tracking.ts';
import { toNumber } from './read-runs.ts';

const attributes: Readonly<Record<string, string>> = {
  model_id: 'm.id',
  name: 'm.name',
  experiment_id: 'e.number',
  model_type: 'm.model_type',
  source_run_id: 'm.source_run_id',
  status: 'm.status',
  creation_timestamp_ms: 'm.created_at',
  last_updated_timestamp_ms: 'm.updated_at',
  artifact_location: `${artifactLocationSql} || '/models/' || m.id || '/artifacts'`,
};

const MODELS = `SELECT m.*, e.number, ${attributes.artifact_location} AS location
  FROM logged_models m JOIN experiments e ON e.id = m.experiment_id`;

/** Models as runs logged them, before they are registered. */
export function createLoggedModels(
  { database, clock }: Pick<Core, 'database' | 'clock'>,
  experiments: ReturnType<typeof createExperimentTracking>,
): Tracking['loggedModels'] {
  function read(sql: string, parameters: Fragment['parameters']): LoggedModel[] {
    const rows = database.prepare(`${MODELS} ${sql}`).all(...parameters);
    const ids = JSON.stringify(rows.map(({ id }) => id));
    const of = (table: string, order: string) =>
      Map.groupBy(
        database
          .prepare(
            `SELECT * FROM ${table} WHERE model_id IN (SELECT value FROM json_each(?)) ORDER BY ${order}`,
          )
          .all(ids),
        (row) => row.model_id,
      );
    const params = of('logged_model_params', 'key');
    const tags = of('logged_model_tags', 'key');
    const metrics = of('logged_model_metrics', 'key, time, step, run_id');
    return rows.map((row) => ({
      id: String(row.id),
      experimentId: String(row.number),
      artifactLocation: String(row.location),
      name: String(row.name),
      modelType: String(row.model_type),
      sourceRunId: String(row.source_run_id),
      status: row.status as LoggedModel['status'],
      createdAt: Number(row.created_at),
      updatedAt: Number(row.updated_at),
      deleted: row.deleted_at !== null,
      params: (params.get(row.id!) ?? []).map(toPair),
      tags: (tags.get(row.id!) ?? []).map(toPair),
      metrics: (metrics.get(row.id!) ?? []).map(toMetric),
    }));
  }

  function put(table: string, id: string, pairs: readonly KeyValue[]): void {
    for (const { key, value } of pairs) {
      database
        .prepare(
          `INSERT INTO ${table} (model_id, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value`,
        )
        .run(id, key, value);
    }
  }

  const touch = (id: string, change: string, ...values: (string | number)[]): void => {
    database
      .prepare(`UPDATE logged_models SET ${change}, updated_at = ? WHERE id = ?`)
      .run(...values, clock.now(), id);
  };

  return {
    find: (id) => read('WHERE m.id = ?', [id])[0] ?? null,
    create({ experimentId, name, modelType, sourceRunId, params, tags }) {
      const id = `m-${randomBytes(16).toString('hex')}`;
      const now = clock.now();
      database
        .prepare(
          `INSERT INTO logged_models (id, experiment_id, name, model_type, source_run_id, status, created_at, updated_at)
           VALUES (?, ?, ?, ?, ?, 'pending', ?, ?)`,
        )
        .run(id, experiments.idOf(experimentId)!, name, modelType, sourceRunId, now, now);
      put('logged_model_params', id, params);
      put('logged_model_tags', id, tags);
      return read('WHERE m.id = ?', [id])[0]!;
    },
    setStatus: (id, status) => touch(id, 'status = ?', status),
    setDeleted: (id) => touch(id, 'deleted_at = ?', clock.now()),
    addParams: (id, params) => put('logged_model_params', id, params),
    setTags: (id, tags) => put('logged_model_tags', id, tags),
    removeTag: (id, key) =>
      database.prepare('DELETE FROM logged_model_tags WHERE model_id = ? AND key = ?').run(id, key).changes >
      0,
    addMetrics(id, metrics) {
      for (const metric of metrics) {
        database
          .prepare(
            `INSERT INTO logged_model_metrics (model_id, run_id, key, step, time, value, dataset_name, dataset_digest)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
          )
          .run(
            id,
            metric.runId,
            metric.key,
            metric.step,
            metric.timeMs,
            Number.isNaN(metric.value) ? null : metric.value,
            metric.datasetName,
            metric.datasetDigest,
          );
      }
    },
    search({ experimentIds, conditions, datasets, order, limit, offset }) {
      const numbers = JSON.stringify(experimentIds.map((number) => experiments.idOf(number)));
      const onDatasets = datasetFragment(datasets);
      const where = all([
        {
          sql: 'm.deleted_at IS NULL AND m.experiment_id IN (SELECT value FROM json_each(?))',
          parameters: [numbers],
        },
        ...conditions.map((condition) => toFragment(condition, onDatasets)),
        ...(onDatasets && !conditions.some(({ entity }) => entity === 'metric')
          ? [measured('1', [], onDatasets)]
          : []),
      ]);
      const sorts = order.map(toSort);
      const by = sorts.map(({ sql }) => sql);
      if (!order.some(({ key }) => key === 'creation_timestamp_ms')) by.push('m.created_at DESC');
      if (!order.some(({ key }) => key === 'model_id')) by.push('m.id');
      const found = read(`WHERE ${where.sql} ORDER BY ${by.join(', ')} LIMIT ? OFFSET ?`, [
        ...where.parameters,
        ...sorts.flatMap(({ parameters }) => parameters),
        limit + 1,
        offset,
      ]);
      return { items: found.slice(0, limit), more: found.length > limit };
    },
  };
}

function datasetFragment(datasets: LoggedModelSearch['datasets']): Fragment | null {
  if (datasets.length === 0) return null;
  const one = ({ name, digest }: LoggedModelSearch['datasets'][number]): Fragment =>
    digest === null
      ? { sql: 'x.dataset_name = ?', parameters: [name] }
      : { sql: 'x.dataset_name = ? AND x.dataset_digest = ?', parameters: [name, digest] };
  const fragments = datasets.map(one);
  return {
    sql: `(${fragments.map(({ sql }) => `(${sql})`).join(' OR ')})`,
    parameters: fragments.flatMap(({ parameters }) => parameters),
  };
}

function measured(sql: string, parameters: Fragment['parameters'], datasets: Fragment | null): Fragment {
  return {
    sql: `EXISTS (SELECT 1 FROM logged_model_metrics x WHERE x.model_id = m.id AND ${sql}${datasets ? ` AND ${datasets.sql}` : ''})`,
    parameters: [...parameters, ...(datasets?.parameters ?? [])],
  };
}

function toFragment(condition: Condition<RunEntity>, datasets: Fragment | null): Fragment {
  if (condition.entity === 'metric') {
    const inner = compare('x.value', condition);
    return measured(`x.key = ? AND ${inner.sql}`, [condition.key, ...inner.parameters], datasets);
  }
  if (condition.entity === 'param')
    return compareKeyed('logged_model_params', 'm.id', 'model_id', 'x.value', condition);
  if (condition.entity === 'tag')
    return compareKeyed('logged_model_tags', 'm.id', 'model_id', 'x.value', condition);
  return compare(`(${attributes[condition.key]})`, condition);
}

/** By the latest value of a metric, or by an attribute; without the value last. */
function toSort({
  entity,
  key,
  descending,
  datasetName,
  datasetDigest,
}: LoggedModelSearch['order'][number]): Fragment {
  const direction = descending ? 'DESC' : 'ASC';
  if (entity !== 'metric') {
    const expression = `(${attributes[key]})`;
    return { sql: `${expression} IS NULL, ${expression} ${direction}`, parameters: [] };
  }
  const parameters = [key, ...(datasetName ? [datasetName] : []), ...(datasetDigest ? [datasetDigest] : [])];
  const latest = `(SELECT x.value FROM logged_model_metrics x WHERE x.model_id = m.id AND x.key = ?
    ${datasetName ? 'AND x.dataset_name = ?' : ''} ${datasetDigest ? 'AND x.dataset_digest = ?' : ''}
    ORDER BY x.time DESC, x.step DESC, x.run_id LIMIT 1)`;
  return {
    sql: `${latest} IS NULL, ${latest} ${direction}`,
    parameters: [...parameters, ...parameters],
  };
}

const toPair = ({ key, value }: SqlRow): KeyValue => ({ key: String(key), value: String(value) });

const toMetric = (row: SqlRow): LoggedModelMetric => ({
  key: String(row.key),
  value: toNumber(row.value),
  timeMs: Number(row.time),
  step: Number(row.step),
  runId: String(row.run_id),
  datasetName: row.dataset_name as string | null,
  datasetDigest: row.dataset_digest as string | null,
});
