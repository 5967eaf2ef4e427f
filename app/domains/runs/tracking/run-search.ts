import type { RunId } from '../../../contract/ids.ts';
import type { Database, SqlValue } from '../../../kernel/ports/database.ts';
import {
  type Condition,
  type LifecycleView,
  RUN_NAME_TAG,
  type RunEntity,
  type Search,
  type SortKey,
} from '../../../kernel/ports/tracking.ts';
import { all, compare, compareKeyed, type Fragment } from '../../../storage/sql-comparison.ts';
import { hasParam, PARAM_TEXT } from '../search/param-sql.ts';
import { artifactLocationSql, lifecycleSql } from './experiment-tracking.ts';

const attributes: Readonly<Record<string, string>> = {
  run_id: 'r.id',
  run_name: 'r.name',
  user_id: 'r.user_id',
  status: 'r.status',
  start_time: 'COALESCE(r.started_at, r.created_at)',
  end_time: 'r.ended_at',
  artifact_uri: `${artifactLocationSql} || '/' || r.id || '/artifacts'`,
};

/** What a condition costs: SQLite looks at one only of runs that meet those before it, and metrics lie farthest apart. */
const costs: Readonly<Record<RunEntity, number>> = { attribute: 0, tag: 1, param: 1, metric: 2, dataset: 3 };

/** In the order of the words that clients know: FAILED, FINISHED, KILLED, RUNNING, SCHEDULED. */
const STATUS_ORDER = `CASE r.status WHEN 'cancelled' THEN 'killed' WHEN 'queued' THEN 'scheduled' WHEN 'lost' THEN 'failed'
  ELSE r.status END`;

/**
 * Ids of the runs of some experiments that meet every condition, one more than asked for where there are more. A run without the
 * value that is sorted by comes last, before it one whose metric is NaN.
 */
export function searchRuns(
  database: Database,
  experiments: readonly string[],
  view: LifecycleView,
  { conditions, order, limit, offset }: Search<RunEntity>,
): RunId[] {
  const where = all([
    { sql: `r.experiment_id IN (SELECT value FROM json_each(?))`, parameters: [JSON.stringify(experiments)] },
    { sql: lifecycleSql('r', view), parameters: [] },
    ...conditions.toSorted((a, b) => costs[a.entity] - costs[b.entity]).map(toFragment),
  ]);
  const sorts = order.map(toSort);
  const joins = sorts.flatMap(({ join }) => join ?? []);
  const by = sorts.map(({ sql }) => sql);
  if (!order.some(({ entity, key }) => entity === 'attribute' && key === 'start_time'))
    by.push(`${attributes.start_time} DESC`);
  return database
    .prepare(
      `SELECT r.id FROM runs r JOIN experiments e ON e.id = r.experiment_id ${joins.map(({ sql }) => sql).join(' ')}
       WHERE ${where.sql} ORDER BY ${by.join(', ')}, r.id LIMIT ? OFFSET ?`,
    )
    .all(...joins.flatMap(({ parameters }) => parameters), ...where.parameters, limit, offset)
    .map((row) => row.id as RunId);
}

function toFragment(condition: Condition<RunEntity>): Fragment {
  switch (condition.entity) {
    case 'metric':
      return metricFragment(condition);
    case 'param':
      return condition.comparator === '='
        ? hasParam(condition.key, String(condition.value))
        : compareKeyed('run_params', 'r.id', 'run_id', PARAM_TEXT, condition);
    case 'tag':
      return condition.key === RUN_NAME_TAG
        ? compare('r.name', condition)
        : compareKeyed('run_tags', 'r.id', 'run_id', 'x.value', condition);
    case 'dataset':
      return datasetFragment(condition);
    case 'attribute':
      return compare(`(${attributes[condition.key]})`, condition);
  }
}

/** NULL stands for NaN, which differs from every number and compares with none. */
function metricFragment(condition: Condition): Fragment {
  const value: SqlValue = Number(condition.value);
  const matches =
    condition.comparator === '!='
      ? '(x.last_greatest <> ? OR x.last_greatest IS NULL)'
      : `x.last_greatest ${condition.comparator} ?`;
  return {
    sql: `EXISTS (SELECT 1 FROM metric_keys x WHERE x.run_id = r.id AND x.key = ? AND ${matches})`,
    parameters: [condition.key, value],
  };
}

function datasetFragment(condition: Condition): Fragment {
  const from = `SELECT 1 FROM run_client_datasets l JOIN client_datasets d ON d.id = l.dataset_id`;
  if (condition.key === 'context') {
    const inner = compare(`t.value ->> 'value'`, condition);
    return {
      sql: `EXISTS (${from}, json_each(l.tags) t WHERE l.run_id = r.id AND t.value ->> 'key' = 'mlflow.data.context' AND ${inner.sql})`,
      parameters: inner.parameters,
    };
  }
  const inner = compare(condition.key === 'digest' ? 'd.digest' : 'd.name', condition);
  return { sql: `EXISTS (${from} WHERE l.run_id = r.id AND ${inner.sql})`, parameters: inner.parameters };
}

function toSort(
  { entity, key, descending }: SortKey<RunEntity>,
  index: number,
): { sql: string; join: Fragment | null } {
  const direction = descending ? 'DESC' : 'ASC';
  const name = `s${index}`;
  const join = (table: string): Fragment => ({
    sql: `LEFT JOIN ${table} ${name} ON ${name}.run_id = r.id AND ${name}.key = ?`,
    parameters: [key],
  });
  if (entity === 'metric') {
    return {
      sql: `CASE WHEN ${name}.run_id IS NULL THEN 2 WHEN ${name}.last_greatest IS NULL THEN 1 ELSE 0 END, ${name}.last_greatest ${direction}`,
      join: join('metric_keys'),
    };
  }
  const nullsLast = (expression: string) => `${expression} IS NULL, ${expression} ${direction}`;
  if (entity === 'param')
    return { sql: nullsLast(PARAM_TEXT.replaceAll('x.', `${name}.`)), join: join('run_params') };
  if (entity === 'tag' && key !== RUN_NAME_TAG)
    return { sql: nullsLast(`${name}.value`), join: join('run_tags') };
  const expression = entity === 'tag' ? 'r.name' : key === 'status' ? STATUS_ORDER : attributes[key]!;
  return { sql: nullsLast(`(${expression})`), join: null };
}
