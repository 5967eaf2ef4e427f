import type { ProjectId } from '../../contract/ids.ts';
import type { Project } from '../../contract/projects.contract.ts';
import type { Database } from '../../kernel/ports/database.ts';

const CURRENT = 'project.current';

export function createProjectRepository(database: Database) {
  return {
    list(): Project[] {
      const current = database.prepare('SELECT value FROM settings WHERE key = ?').get(CURRENT)?.value;
      return database
        .prepare(
          `SELECT p.id, p.name, p.created_at,
             (SELECT COUNT(*) FROM datasets d WHERE d.project_id = p.id AND d.deleted_at IS NULL) AS datasets,
             (SELECT COUNT(*) FROM runs r WHERE r.project_id = p.id AND r.deleted_at IS NULL) AS runs,
             (SELECT COUNT(*) FROM models m WHERE m.project_id = p.id) AS models
           FROM projects p ORDER BY p.created_at, p.id`,
        )
        .all()
        .map((row) => ({
          id: row.id as ProjectId,
          name: String(row.name),
          current: row.id === current,
          datasets: Number(row.datasets),
          runs: Number(row.runs),
          models: Number(row.models),
          createdAt: Number(row.created_at),
        }));
    },
    insert(id: ProjectId, name: string, now: number): void {
      database.prepare('INSERT INTO projects (id, name, created_at) VALUES (?, ?, ?)').run(id, name, now);
    },
    setCurrent(id: ProjectId): void {
      database
        .prepare(
          'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
        )
        .run(CURRENT, id);
    },
  };
}
