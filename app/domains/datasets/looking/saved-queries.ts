import {
  type ResultDisplay,
  resultDisplay,
  type SavedQuery,
  type SavedQueryId,
} from '../../../contract/data-sql.contract.ts';
import type { ProjectId } from '../../../contract/ids.ts';
import { AppError } from '../../../kernel/app-error.ts';
import type { Core } from '../../../kernel/core.ts';
import { nearest } from '../../../kernel/nearest.ts';
import { newId } from '../../../kernel/new-id.ts';
import type { SqlRow } from '../../../kernel/ports/database.ts';

export interface SavedQueries {
  /** By name. */
  list(project: ProjectId): SavedQuery[];
  /** Replaces the query of that name. */
  save(
    project: ProjectId,
    content: { readonly name: string; readonly query: string; readonly display: ResultDisplay },
  ): SavedQuery;
  /** @throws AppError NOT_FOUND */
  delete(project: ProjectId, nameOrId: string): SavedQuery;
}

/** The queries that people keep in a project. */
export function createSavedQueries({
  database,
  clock,
  events,
}: Pick<Core, 'database' | 'clock' | 'events'>): SavedQueries {
  function find(project: ProjectId, nameOrId: string): SavedQuery | undefined {
    const row = database
      .prepare('SELECT * FROM saved_queries WHERE project_id = ? AND (name = ? OR id = ?)')
      .get(project, nameOrId, nameOrId);
    return row && toSavedQuery(row);
  }

  function list(project: ProjectId): SavedQuery[] {
    return database
      .prepare('SELECT * FROM saved_queries WHERE project_id = ? ORDER BY name COLLATE NOCASE')
      .all(project)
      .map(toSavedQuery);
  }

  const record = (what: 'saved' | 'deleted', { projectId, id, name }: SavedQuery) =>
    events.append(`project.query-${what}`, { kind: 'project', id: projectId }, { query: id, name });

  return {
    list,
    save(projectId, { name, query, display }) {
      return database.transaction(() => {
        const known = find(projectId, name);
        const now = clock.now();
        const saved: SavedQuery = {
          id: known?.id ?? newId<SavedQueryId>(now),
          projectId,
          name,
          query,
          display,
          createdAt: known?.createdAt ?? now,
          updatedAt: now,
        };
        database
          .prepare(
            `INSERT INTO saved_queries (id, project_id, name, query, display, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (id) DO UPDATE SET query = excluded.query, display = excluded.display, updated_at = excluded.updated_at`,
          )
          .run(saved.id, projectId, name, query, JSON.stringify(display), saved.createdAt, now);
        record('saved', saved);
        return saved;
      });
    },
    delete(projectId, nameOrId) {
      return database.transaction(() => {
        const saved = find(projectId, nameOrId);
        if (!saved) {
          const near = nearest(
            nameOrId,
            list(projectId).map(({ name }) => name),
          );
          throw new AppError('NOT_FOUND', `There is no saved query "${nameOrId}".`, {
            nextStep: near === null ? 'Look at the list of saved queries.' : `Did you mean "${near}"?`,
            details: { saved: nameOrId },
          });
        }
        database.prepare('DELETE FROM saved_queries WHERE id = ?').run(saved.id);
        record('deleted', saved);
        return saved;
      });
    },
  };
}

const toSavedQuery = (row: SqlRow): SavedQuery => ({
  id: row.id as SavedQueryId,
  projectId: row.project_id as ProjectId,
  name: String(row.name),
  query: String(row.query),
  display: resultDisplay.parse(JSON.parse(String(row.display))),
  createdAt: Number(row.created_at),
  updatedAt: Number(row.updated_at),
});
