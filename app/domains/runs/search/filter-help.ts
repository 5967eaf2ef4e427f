import type { ProjectId } from '../../../contract/ids.ts';
import type { RunFilterCandidates } from '../../../contract/runs.contract.ts';
import { AppError } from '../../../kernel/app-error.ts';
import type { Database } from '../../../kernel/ports/database.ts';
import { textAttributes } from './match-sql.ts';
import { PARAM_TEXT } from './param-sql.ts';

/** More than anybody scrolls through; they are found by typing on. */
const MAX_KEYS = 5000;
const MAX_VALUES = 50;

/** Fields whose values are worth proposing, beside parameters and tags. */
const proposed = ['name', 'experiment', 'template', 'target', 'user'] as const;

/** What runs of a project, deleted ones among them, can be filtered by: the most frequent first. */
export function filterKeys(database: Database, project: ProjectId): RunFilterCandidates['keys'] {
  return [
    ...logged(database, project),
    ...linked(
      database,
      'data',
      `SELECT x.dataset_name AS key, COUNT(DISTINCT x.run_id) AS runs FROM runs r JOIN run_inputs x ON x.run_id = r.id
       WHERE r.project_id = ? GROUP BY 1
       UNION ALL SELECT d.name, COUNT(DISTINCT l.run_id) FROM runs r JOIN run_client_datasets l ON l.run_id = r.id
         JOIN client_datasets d ON d.id = l.dataset_id WHERE r.project_id = ? GROUP BY 1`,
      project,
    ),
    ...linked(
      database,
      'model',
      `SELECT m.name AS key, COUNT(DISTINCT v.run_id) AS runs FROM models m JOIN model_versions v ON v.model_id = m.id
       WHERE m.project_id = ? AND v.run_id IS NOT NULL AND v.deleted_at IS NULL GROUP BY 1
       UNION ALL SELECT x.name, COUNT(DISTINCT x.source_run_id) FROM logged_models x JOIN experiments e ON e.id = x.experiment_id
         WHERE e.project_id = ? AND x.source_run_id <> '' AND x.deleted_at IS NULL GROUP BY 1`,
      project,
    ),
  ];
}

/**
 * The most frequent values of a field among the runs of a project.
 *
 * @param field `params.KEY`, `tags.KEY`, or an attribute that is a name
 * @throws AppError INVALID_INPUT for another field
 */
export function filterValues(
  database: Database,
  project: ProjectId,
  field: string,
): RunFilterCandidates['values'][string] {
  const counted = (value: string, join: string, ...bound: string[]) =>
    database
      .prepare(
        `SELECT value, COUNT(*) AS runs FROM (SELECT ${value} AS value FROM runs r JOIN experiments e ON e.id = r.experiment_id ${join}
           WHERE r.project_id = ? AND r.deleted_at IS NULL)
         WHERE value IS NOT NULL AND value <> '' GROUP BY value ORDER BY runs DESC, value LIMIT ${MAX_VALUES}`,
      )
      .all(...bound, project)
      .map((row) => ({ value: String(row.value), runs: Number(row.runs) }));
  const attribute = proposed.find((each) => each === field);
  if (attribute) return counted(textAttributes[attribute], '');
  const [, entity, key] = /^(params|tags)\.(.+)$/s.exec(field) ?? [];
  if (entity === 'params')
    return counted(PARAM_TEXT, 'JOIN run_params x ON x.run_id = r.id AND x.key = ?', key!);
  if (entity === 'tags') return counted('x.value', 'JOIN run_tags x ON x.run_id = r.id AND x.key = ?', key!);
  throw new AppError('INVALID_INPUT', `The values of "${field}" are not counted.`, {
    nextStep: `Name params.KEY, tags.KEY or one of ${proposed.join(', ')}.`,
    details: { field },
  });
}

const kinds = ['metric', 'param', 'tag'] as const;

function logged(database: Database, project: ProjectId): RunFilterCandidates['keys'] {
  return kinds.flatMap((kind) =>
    database
      .prepare(
        `SELECT key, runs FROM run_keys WHERE project_id = ? AND kind = ? AND runs > 0 ORDER BY runs DESC, key LIMIT ${MAX_KEYS}`,
      )
      .all(project, kind)
      .map((row) => ({ kind, key: String(row.key), runs: Number(row.runs) })),
  );
}

/** @param sql with the project bound twice; a name that stands in both halves is one */
function linked(
  database: Database,
  kind: 'data' | 'model',
  sql: string,
  project: ProjectId,
): RunFilterCandidates['keys'] {
  return database
    .prepare(
      `SELECT key, SUM(runs) AS runs FROM (${sql}) GROUP BY key ORDER BY runs DESC, key LIMIT ${MAX_KEYS}`,
    )
    .all(project, project)
    .map((row) => ({ kind, key: String(row.key), runs: Number(row.runs) }));
}
