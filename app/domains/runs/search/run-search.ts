import type { ProjectId, RunId } from '../../../contract/ids.ts';
import type { JobState } from '../../../contract/jobs.contract.ts';
import type { RunOrder } from '../../../contract/run-filter/index.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { Database } from '../../../kernel/ports/database.ts';
import { fieldText } from './field-text.ts';
import { all, type Fragment, fragment } from './fragment.ts';
import { orderSql } from './order-sql.ts';
import { createPageCache } from './page-cache.ts';
import { predicateSql } from './predicate-sql.ts';
import { readFilter, readOrder } from './read-query.ts';

/** Which runs of a project are meant; everything that is said must hold. Deleted runs are never meant. */
export interface RunSelection {
  readonly project: ProjectId;
  /** In Lathe's filter language: docs/searching-runs.md. */
  readonly filter?: string;
  /** Name or id. */
  readonly experiment?: string;
  readonly status?: JobState;
  /** To be found in the run's name, experiment, template, tags or parameters. */
  readonly text?: string;
  /** Fields with the value that each has to have, as `fieldText` writes it; null for runs that have none. */
  readonly within?: readonly { readonly field: string; readonly value: string | null }[];
}

export interface RunOrderBy {
  /** Fields with `asc` or `desc` after each where it differs from `descending`. */
  readonly orderBy: string;
  readonly descending: boolean;
}

export interface RunPage extends RunOrderBy {
  readonly limit: number;
  readonly offset: number;
}

export interface RunSearch {
  /**
   * A page of the runs meant, and how many there are.
   *
   * @throws AppError INVALID_INPUT, with `position` and `end` in its details
   */
  page(selection: RunSelection, page: RunPage): { ids: RunId[]; total: number };
  /** Ids of all of them, in order. @throws AppError INVALID_INPUT, with `position` and `end` in its details */
  ids(selection: RunSelection, order: RunOrderBy): readonly RunId[];
  /** All of them, the newest first, or of them only some that are chosen. @throws AppError INVALID_INPUT */
  named(selection: RunSelection, chosen?: readonly RunId[]): { id: RunId; name: string }[];
}

/** The SQL of a selection: a FROM clause's tables are `runs r JOIN experiments e`. */
export function selectionSql(
  { project, filter, experiment, status, text, within = [] }: RunSelection,
  nowMs: number,
): Fragment {
  const parts = [fragment('r.project_id = ? AND r.deleted_at IS NULL', project)];
  if (experiment !== undefined) parts.push(fragment('e.name = ? OR e.id = ?', experiment, experiment));
  if (status !== undefined) parts.push(fragment('r.status = ?', status));
  for (const { field, value } of within) {
    const { sql, parameters } = fieldText(field);
    parts.push(fragment(`${sql} IS ?`, ...parameters, value));
  }
  const predicate = readFilter(filter ?? '', nowMs);
  if (predicate) parts.push(predicateSql(predicate, nowMs));
  // Costs most, so it is asked last.
  if (text) parts.push(predicateSql({ kind: 'text', text }, nowMs));
  return all(parts);
}

export function createRunSearch({
  database,
  clock,
}: {
  readonly database: Database;
  readonly clock: Clock;
}): RunSearch {
  const pages = createPageCache(database, clock);

  function ids(selection: RunSelection, { orderBy, descending }: RunOrderBy): readonly RunId[] {
    return pages.get(JSON.stringify([selection, orderBy, descending]), () => {
      const nowMs = clock.now();
      const order = readOrder(database, selection.project, orderBy, descending);
      return ordered(database, selectionSql(selection, nowMs), order, nowMs);
    });
  }

  return {
    ids,
    page(selection, { limit, offset, ...order }) {
      const all = ids(selection, order);
      return { ids: all.slice(offset, offset + limit), total: all.length };
    },
    named(selection, chosen) {
      const parts = [selectionSql(selection, clock.now())];
      if (chosen) parts.unshift(fragment('r.id IN (SELECT value FROM json_each(?))', JSON.stringify(chosen)));
      const where = all(parts);
      return database
        .prepare(
          `SELECT r.id, r.name FROM runs r JOIN experiments e ON e.id = r.experiment_id WHERE ${where.sql}
           ORDER BY r.created_at DESC, r.id DESC`,
        )
        .all(...where.parameters)
        .map(({ id, name }) => ({ id: id as RunId, name: String(name) }));
    },
  };
}

/** All that meet the conditions, in order: a table that is scrolled asks for one page after the other. */
function ordered(database: Database, where: Fragment, order: readonly RunOrder[], nowMs: number): RunId[] {
  const entries = order.map((entry, index) => orderSql(entry, index, nowMs));
  const joins = entries.flatMap(({ join }) => join ?? []);
  const keys = entries.flatMap((entry) => entry.keys);
  return database
    .prepare(
      `SELECT r.id FROM runs r JOIN experiments e ON e.id = r.experiment_id ${joins.map(({ sql }) => sql).join(' ')}
       WHERE ${where.sql}
       ORDER BY ${keys.map(({ sql, direction }) => `${sql} ${direction}, `).join('')}r.created_at DESC, r.id DESC`,
    )
    .all(
      ...joins.flatMap(({ parameters }) => parameters),
      ...where.parameters,
      ...keys.flatMap(({ parameters }) => parameters),
    )
    .map(({ id }) => id as RunId);
}
