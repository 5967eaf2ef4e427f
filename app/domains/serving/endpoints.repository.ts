import type { EndpointId, ModelVersionId, ProjectId } from '../../contract/ids.ts';
import type { Failure } from '../../contract/jobs.contract.ts';
import type { Database, SqlRow } from '../../kernel/ports/database.ts';

export interface EndpointRow {
  readonly id: EndpointId;
  readonly projectId: ProjectId;
  readonly name: string;
  readonly modelVersionId: ModelVersionId;
  readonly desired: 'serving' | 'stopped';
  readonly failure: Failure | null;
  readonly createdAt: number;
  readonly startedAt: number | null;
}

export function createEndpointRepository(database: Database) {
  return {
    inProject(project: ProjectId): EndpointRow[] {
      return database
        .prepare('SELECT * FROM endpoints WHERE project_id = ? ORDER BY name')
        .all(project)
        .map(toRow);
    },
    desired(): EndpointRow[] {
      return database
        .prepare(`SELECT * FROM endpoints WHERE desired = 'serving' ORDER BY created_at`)
        .all()
        .map(toRow);
    },
    byName(name: string): EndpointRow | undefined {
      const row = database.prepare('SELECT * FROM endpoints WHERE name = ?').get(name);
      return row && toRow(row);
    },
    byId(id: EndpointId): EndpointRow | undefined {
      const row = database.prepare('SELECT * FROM endpoints WHERE id = ?').get(id);
      return row && toRow(row);
    },
    insert({ id, projectId, name, modelVersionId, desired, createdAt }: EndpointRow): void {
      database
        .prepare(
          'INSERT INTO endpoints (id, project_id, name, model_version_id, desired, created_at) VALUES (?, ?, ?, ?, ?, ?)',
        )
        .run(id, projectId, name, modelVersionId, desired, createdAt);
    },
    setServing(id: EndpointId, version: ModelVersionId, startedAt: number): void {
      database
        .prepare(
          `UPDATE endpoints SET desired = 'serving', model_version_id = ?, failure = NULL, started_at = ? WHERE id = ?`,
        )
        .run(version, startedAt, id);
    },
    setStopped(id: EndpointId): void {
      database.prepare(`UPDATE endpoints SET desired = 'stopped', failure = NULL WHERE id = ?`).run(id);
    },
    setFailure(id: EndpointId, failure: Failure): void {
      database.prepare('UPDATE endpoints SET failure = ? WHERE id = ?').run(JSON.stringify(failure), id);
    },
    remove(id: EndpointId): void {
      database.prepare('DELETE FROM endpoints WHERE id = ?').run(id);
    },
  };
}

function toRow(row: SqlRow): EndpointRow {
  return {
    id: row.id as EndpointId,
    projectId: row.project_id as ProjectId,
    name: String(row.name),
    modelVersionId: row.model_version_id as ModelVersionId,
    desired: row.desired as EndpointRow['desired'],
    failure: row.failure === null ? null : JSON.parse(String(row.failure)),
    createdAt: Number(row.created_at),
    startedAt: row.started_at === null ? null : Number(row.started_at),
  };
}
