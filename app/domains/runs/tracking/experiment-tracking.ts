import type { ExperimentId } from '../../../contract/ids.ts';
import { AppError } from '../../../kernel/app-error.ts';
import type { Core } from '../../../kernel/core.ts';
import { newId } from '../../../kernel/new-id.ts';
import type { SqlRow } from '../../../kernel/ports/database.ts';
import {
  type Condition,
  type ExperimentEntity,
  LATHE_ARTIFACTS,
  type LifecycleView,
  type TrackedExperiment,
  type Tracking,
} from '../../../kernel/ports/tracking.ts';
import { all, compare, compareKeyed, type Fragment } from '../../../storage/sql-comparison.ts';
import type { Projects } from '../../projects/index.ts';
import type { RunRepository } from '../runs.repository.ts';

const DEFAULT = 'Default';

/** Where the artifacts of an experiment are, for a query that knows it as `e`. */
export const artifactLocationSql = `COALESCE(e.artifact_location, '${LATHE_ARTIFACTS}' || e.number)`;

/** Experiments of the current project, found by the number that clients know them by. */
export function createExperimentTracking(
  { database, clock, events }: Pick<Core, 'database' | 'clock' | 'events'>,
  parts: { readonly projects: Pick<Projects, 'resolve'>; readonly repository: RunRepository },
): Tracking['experiments'] & { idOf(number: string): ExperimentId | null } {
  const project = () => parts.projects.resolve().id;

  /** Every project has one of this name for runs that name none; it is made when it is first asked for. */
  function ensureDefault(): ExperimentId {
    const row = database
      .prepare('SELECT id FROM experiments WHERE project_id = ? AND number = 0')
      .get(project());
    return (row?.id as ExperimentId | undefined) ?? insert(DEFAULT);
  }

  function insert(name: string): ExperimentId {
    const id = newId<ExperimentId>(clock.now());
    parts.repository.insertExperiment(id, project(), name, clock.now());
    events.append('experiment.created', { kind: 'experiment', id }, { name });
    return id;
  }

  function idOf(number: string): ExperimentId | null {
    if (number === '0') return ensureDefault();
    return (database.prepare('SELECT id FROM experiments WHERE number = ?').get(Number(number))?.id ??
      null) as ExperimentId | null;
  }

  function read(condition: string, parameters: Fragment['parameters'], tail = ''): TrackedExperiment[] {
    const rows = database
      .prepare(`SELECT e.*, ${artifactLocationSql} AS location FROM experiments e WHERE ${condition} ${tail}`)
      .all(...parameters);
    const tags = Map.groupBy(
      database
        .prepare(
          'SELECT * FROM experiment_tags WHERE experiment_id IN (SELECT value FROM json_each(?)) ORDER BY key',
        )
        .all(JSON.stringify(rows.map(({ id }) => id))),
      (row) => row.experiment_id,
    );
    return rows.map((row) => toExperiment(row, tags.get(row.id!) ?? []));
  }

  function touch(id: ExperimentId): void {
    database.prepare('UPDATE experiments SET updated_at = ? WHERE id = ?').run(clock.now(), id);
  }

  function requireFree(name: string): void {
    if (!parts.repository.experiment(project(), name)) return;
    throw new AppError('ALREADY_EXISTS', `There is already an experiment "${name}".`, { details: { name } });
  }

  return {
    idOf,
    find(number) {
      const id = idOf(number);
      return id === null ? null : read('e.id = ?', [id])[0]!;
    },
    byName(name) {
      if (name === DEFAULT) ensureDefault();
      return read('e.project_id = ? AND e.name = ?', [project(), name])[0] ?? null;
    },
    create({ name, artifactLocation, tags }) {
      ensureDefault();
      requireFree(name);
      const id = insert(name);
      database.prepare('UPDATE experiments SET artifact_location = ? WHERE id = ?').run(artifactLocation, id);
      for (const tag of tags) setTag(id, tag.key, tag.value);
      return read('e.id = ?', [id])[0]!;
    },
    rename(number, name) {
      const id = idOf(number)!;
      requireFree(name);
      database.prepare('UPDATE experiments SET name = ? WHERE id = ?').run(name, id);
      touch(id);
      events.append('experiment.renamed', { kind: 'experiment', id }, { name });
    },
    setDeleted(number, deleted) {
      const id = idOf(number)!;
      const at = deleted ? clock.now() : null;
      database.prepare('UPDATE experiments SET deleted_at = ? WHERE id = ?').run(at, id);
      database
        .prepare('UPDATE runs SET deleted_at = ? WHERE experiment_id = ? AND purged_at IS NULL')
        .run(at, id);
      touch(id);
      events.append(deleted ? 'experiment.deleted' : 'experiment.restored', { kind: 'experiment', id });
    },
    setTag(number, { key, value }) {
      setTag(idOf(number)!, key, value);
    },
    removeTag: (number, key) =>
      database
        .prepare('DELETE FROM experiment_tags WHERE experiment_id = ? AND key = ?')
        .run(idOf(number)!, key).changes > 0,
    search(view, { conditions, order, limit, offset }) {
      ensureDefault();
      const where = all([
        { sql: `e.project_id = ? AND ${lifecycleSql('e', view)}`, parameters: [project()] },
        ...conditions.map(toFragment),
      ]);
      const by = order.map(({ key, descending }) => `${column(key)} ${descending ? 'DESC' : 'ASC'}`);
      const found = read(
        where.sql,
        [...where.parameters, limit + 1, offset],
        `ORDER BY ${by.join(', ')} LIMIT ? OFFSET ?`,
      );
      return { items: found.slice(0, limit), more: found.length > limit };
    },
  };

  function setTag(id: ExperimentId, key: string, value: string): void {
    database
      .prepare(
        'INSERT INTO experiment_tags (experiment_id, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
      )
      .run(id, key, value);
  }
}

export function lifecycleSql(table: string, view: LifecycleView): string {
  if (view === 'all') return '1';
  return `${table}.deleted_at IS ${view === 'active' ? '' : 'NOT '}NULL`;
}

function toFragment(condition: Condition<ExperimentEntity>): Fragment {
  if (condition.entity === 'tag')
    return compareKeyed('experiment_tags', 'e.id', 'experiment_id', 'x.value', condition);
  return compare(column(condition.key), condition);
}

/** @param key `name`, `experiment_id`, `creation_time` or `last_update_time` */
function column(key: string): string {
  const columns: Record<string, string> = {
    experiment_id: 'e.number',
    creation_time: 'e.created_at',
    last_update_time: 'e.updated_at',
  };
  return columns[key] ?? 'e.name';
}

function toExperiment(row: SqlRow, tags: readonly SqlRow[]): TrackedExperiment {
  return {
    id: String(row.number),
    name: String(row.name),
    artifactLocation: String(row.location),
    deleted: row.deleted_at !== null,
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
    tags: tags.map(({ key, value }) => ({ key: String(key), value: String(value) })),
  };
}
