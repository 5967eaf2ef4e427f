import type { ProjectId, ViewId } from '../../../contract/ids.ts';
import { type SavedView, viewLayout } from '../../../contract/views.contract.ts';
import type { Database, SqlRow } from '../../../kernel/ports/database.ts';

export function createViewRepository(database: Database) {
  return {
    list: (project: ProjectId): SavedView[] =>
      database
        .prepare('SELECT * FROM run_views WHERE project_id = ? ORDER BY name COLLATE NOCASE')
        .all(project)
        .map(toView),
    find(project: ProjectId, nameOrId: string): SavedView | null {
      const row = database
        .prepare('SELECT * FROM run_views WHERE project_id = ? AND (name = ? OR id = ?)')
        .get(project, nameOrId, nameOrId);
      return row ? toView(row) : null;
    },
    put(view: SavedView): void {
      const { columns, sort, grouping } = view;
      database
        .prepare(
          `INSERT INTO run_views (id, project_id, name, filter, layout, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET name = excluded.name, filter = excluded.filter, layout = excluded.layout,
             updated_at = excluded.updated_at`,
        )
        .run(
          view.id,
          view.projectId,
          view.name,
          view.filter,
          JSON.stringify({ columns, sort, grouping }),
          view.createdAt,
          view.updatedAt,
        );
    },
    remove: (id: ViewId): void => void database.prepare('DELETE FROM run_views WHERE id = ?').run(id),
  };
}

const toView = (row: SqlRow): SavedView => ({
  id: row.id as ViewId,
  projectId: row.project_id as ProjectId,
  name: String(row.name),
  filter: String(row.filter),
  ...viewLayout.parse(JSON.parse(String(row.layout))),
  createdAt: Number(row.created_at),
  updatedAt: Number(row.updated_at),
});
