import type { StoredTable } from '../../../kernel/ports/query-engine.ts';

/** The view that needs the points themselves, which no statement of SQLite gives. */
export const POINTS = 'points';
export const FED_POINTS = { name: '_points', columns: ['metric', 'step', 'time_ms', 'value'] } as const;

/** A table filled from the workspace's database. */
export interface RunTable extends Pick<StoredTable, 'name' | 'columns'> {
  /** @param counted what holds for the run `r` of each of its rows, and for the row `x` itself */
  select(counted: string): string;
  /** Columns of its views that are texts of a row, and how SQLite says them; beside those of `runTexts`. */
  readonly texts: Readonly<Record<string, string>>;
}

export interface RunView {
  readonly name: string;
  readonly tables: readonly RunTable[];
  readonly columns: string;
  readonly from: string;
}

const text = (...names: string[]) => names.map((name) => ({ name, type: 'text' as const }));
const number = (...names: string[]) => names.map((name) => ({ name, type: 'number' as const }));

/** What holds for every run `r` that counts; `@project` is the project. */
export const COUNTED = 'r.project_id = @project AND r.deleted_at IS NULL';
/** Columns of views that say the same of a run wherever it is, and how SQLite says them of the run `r`. */
export const runTexts: Readonly<Record<string, string>> = {
  run_id: 'r.id',
  name: 'r.name',
  experiment: '(SELECT e.name FROM experiments e WHERE e.id = r.experiment_id)',
  status: 'r.status',
  template: 'r.template',
  target: 'r.target',
};
/** Rows of a table of runs, each with its run's number first: a number is filled in many times faster than an id. */
const ofRuns = (columns: string, table: string) => (counted: string) =>
  `SELECT r.rowid, ${columns} FROM ${table} JOIN runs r ON r.id = x.run_id WHERE ${counted}`;

const whole = (...names: string[]) => names.map((name) => `CAST(${name} AS BIGINT) AS ${name}`).join(', ');
const time = (from: string, name: string) => `epoch_ms(CAST(${from} AS BIGINT)) AS ${name}`;
/** NULL stands for NaN in the database. */
const doubles = (...names: string[]) =>
  names.map((name) => `COALESCE(${name}, 'NaN'::DOUBLE) AS ${name}`).join(', ');

const ids: RunTable = {
  name: '_ids',
  columns: [...number('run'), ...text('run_id')],
  select: (counted) => `SELECT r.rowid, r.id FROM runs r WHERE ${counted}`,
  texts: {},
};

export const metricTexts = { key: 'x.key' };
const metrics: RunTable = {
  name: '_metrics',
  columns: [
    ...number('run', 'metric'),
    ...text('key'),
    ...number('last', 'min', 'max', 'mean', 'points', 'first_step', 'last_step', 'last_ms'),
  ],
  select: ofRuns(
    `x.id, x.key, x.last_value, x.min_value, x.max_value, x.mean_value, x.points, x.first_step, x.last_step, x.last_time`,
    'metric_keys x',
  ),
  texts: metricTexts,
};

/** What a query may read; docs/reading-out.md explains every column. */
export const runViews: readonly RunView[] = [
  {
    name: 'runs',
    tables: [
      {
        name: '_runs',
        columns: [
          ...text('run_id', 'name', 'experiment', 'status', 'template', 'target', 'user_id', 'parent_run_id'),
          ...number('created_ms', 'started_ms', 'ended_ms'),
        ],
        select: (
          counted,
        ) => `SELECT r.id, r.name, e.name, r.status, r.template, r.target, NULLIF(r.user_id, ''), r.parent_run_id,
            r.created_at, r.started_at, r.ended_at
          FROM runs r JOIN experiments e ON e.id = r.experiment_id WHERE ${counted}`,
        texts: {},
      },
    ],
    columns: `run_id, name, experiment, status, template, target, user_id, parent_run_id, ${time('created_ms', 'created_at')},
      ${time('started_ms', 'started_at')}, ${time('ended_ms', 'ended_at')},
      (ended_ms - started_ms) / 1000 AS duration_seconds`,
    from: '_runs',
  },
  {
    name: 'params',
    tables: [
      ids,
      {
        name: '_params',
        columns: [...number('run'), ...text('key', 'value')],
        select: ofRuns(
          `x.key, CASE WHEN x.value LIKE '"%' THEN x.value ->> '$' ELSE x.value END`,
          'run_params x',
        ),
        texts: { key: 'x.key' },
      },
    ],
    columns: 'run_id, key, value, TRY_CAST(value AS DOUBLE) AS number',
    from: '_params JOIN _ids USING (run)',
  },
  {
    name: 'tags',
    tables: [
      ids,
      {
        name: '_tags',
        columns: [...number('run'), ...text('key', 'value')],
        select: ofRuns('x.key, x.value', 'run_tags x'),
        texts: { key: 'x.key', value: 'x.value' },
      },
    ],
    columns: 'run_id, key, value',
    from: '_tags JOIN _ids USING (run)',
  },
  {
    name: 'metrics',
    tables: [ids, metrics],
    columns: `run_id, key, ${doubles('last', 'min', 'max', 'mean')}, ${whole('points', 'first_step', 'last_step')},
      ${time('last_ms', 'last_at')}`,
    from: '_metrics JOIN _ids USING (run)',
  },
  {
    name: POINTS,
    tables: [ids, metrics],
    columns: `i.run_id, m.key, CAST(p.step AS BIGINT) AS step, ${time('p.time_ms', 'time')}, p.value`,
    from: `${FED_POINTS.name} p JOIN _metrics m ON m.metric = p.metric JOIN _ids i ON i.run = m.run`,
  },
  {
    name: 'artifacts',
    tables: [
      ids,
      {
        name: '_artifacts',
        columns: [
          ...number('run'),
          ...text('path', 'kind', 'key'),
          ...number('step', 'size_bytes'),
          ...text('digest'),
          ...number('created_ms'),
        ],
        select: ofRuns(
          'x.path, x.kind, x.key, x.step, x.size_bytes, x.digest, x.created_at',
          'run_artifacts x',
        ),
        texts: { path: 'x.path', kind: 'x.kind', key: 'x.key', digest: 'x.digest' },
      },
    ],
    columns: `run_id, path, kind, key, ${whole('step', 'size_bytes')}, digest, ${time('created_ms', 'created_at')}`,
    from: '_artifacts JOIN _ids USING (run)',
  },
  {
    name: 'data',
    tables: [
      ids,
      {
        name: '_data',
        columns: [...number('run'), ...text('name', 'dataset'), ...number('version'), ...text('digest')],
        select: (
          counted,
        ) => `${ofRuns('x.name, x.dataset_name, x.version, x.digest', 'run_inputs x')(counted)}
          UNION ALL ${ofRuns(
            'd.name, d.name, NULL, d.digest',
            'run_client_datasets x JOIN client_datasets d ON d.id = x.dataset_id',
          )(counted)}`,
        texts: {},
      },
    ],
    columns: `run_id, name, dataset, ${whole('version')}, digest`,
    from: '_data JOIN _ids USING (run)',
  },
];
