import type { Digest, ModelId, ModelVersionId, ProjectId, RunId } from '../../contract/ids.ts';
import type { ModelVersion } from '../../contract/models.contract.ts';
import type { Database, SqlRow } from '../../kernel/ports/database.ts';

export interface ModelRow {
  readonly id: ModelId;
  readonly projectId: ProjectId;
  readonly name: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

const VERSIONS = 'SELECT v.*, m.name AS model_name FROM model_versions v JOIN models m ON m.id = v.model_id';

/** Versions that a screen can show: not deleted, and with a file in this workspace. */
const SHOWN = "v.deleted_at IS NULL AND v.digest <> ''";

export function createModelRepository(database: Database) {
  function versionsWhere(condition: string, ...parameters: (string | number)[]): ModelVersion[] {
    return database
      .prepare(`${VERSIONS} WHERE ${condition}`)
      .all(...parameters)
      .map((row) => toVersion(row, aliasesAt(row.model_id as ModelId, Number(row.version))));
  }

  function aliasesAt(model: ModelId, version: number): string[] {
    return database
      .prepare('SELECT alias FROM model_aliases WHERE model_id = ? AND version = ? ORDER BY alias')
      .all(model, version)
      .map(({ alias }) => String(alias));
  }

  return {
    models(project: ProjectId): ModelRow[] {
      return database
        .prepare('SELECT * FROM models WHERE project_id = ? ORDER BY updated_at DESC, id DESC')
        .all(project)
        .map(toModel);
    },
    /** By name or id; a name goes first. */
    find(project: ProjectId, nameOrId: string): ModelRow | undefined {
      const row = database
        .prepare('SELECT * FROM models WHERE project_id = ? AND (name = ? OR id = ?) ORDER BY name = ? DESC')
        .get(project, nameOrId, nameOrId, nameOrId);
      return row && toModel(row);
    },
    insertModel({ id, projectId, name, createdAt }: Omit<ModelRow, 'updatedAt'>): void {
      database
        .prepare('INSERT INTO models (id, project_id, name, created_at, updated_at) VALUES (?, ?, ?, ?, ?)')
        .run(id, projectId, name, createdAt, createdAt);
    },
    touch(model: ModelId, now: number): void {
      database.prepare('UPDATE models SET updated_at = ? WHERE id = ?').run(now, model);
    },
    /** Newest first. */
    versions: (model: ModelId): ModelVersion[] =>
      versionsWhere(`v.model_id = ? AND ${SHOWN} ORDER BY v.version DESC`, model),
    latest: (model: ModelId): ModelVersion | undefined =>
      versionsWhere(`v.model_id = ? AND ${SHOWN} ORDER BY v.version DESC LIMIT 1`, model)[0],
    version: (model: ModelId, version: number): ModelVersion | undefined =>
      versionsWhere(`v.model_id = ? AND v.version = ? AND ${SHOWN}`, model, version)[0],
    /** One more than any version ever had, deleted ones too. */
    nextVersion(model: ModelId): number {
      return Number(
        database
          .prepare('SELECT COALESCE(MAX(version), 0) + 1 AS next FROM model_versions WHERE model_id = ?')
          .get(model)!.next,
      );
    },
    /** What was found out of a version's file after the version was there. */
    setFacts(id: ModelVersionId, facts: Pick<ModelVersion, 'signature' | 'task' | 'labels'>): void {
      database
        .prepare('UPDATE model_versions SET signature = ?, task = ?, labels = ? WHERE id = ?')
        .run(JSON.stringify(facts.signature), facts.task, facts.labels && JSON.stringify(facts.labels), id);
    },
    byId: (id: ModelVersionId): ModelVersion | undefined => versionsWhere('v.id = ?', id)[0],
    countVersions(model: ModelId): number {
      return Number(
        database
          .prepare(`SELECT COUNT(*) AS n FROM model_versions v WHERE v.model_id = ? AND ${SHOWN}`)
          .get(model)!.n,
      );
    },
    insertVersion(version: Omit<ModelVersion, 'aliases' | 'modelName'>): void {
      database
        .prepare(
          `INSERT INTO model_versions (id, model_id, version, digest, size_bytes, signature, task, labels, run_id,
             run_name, metrics, description, metadata, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          version.id,
          version.modelId,
          version.version,
          version.digest,
          version.sizeBytes,
          JSON.stringify(version.signature),
          version.task,
          version.labels && JSON.stringify(version.labels),
          version.runId,
          version.runName,
          JSON.stringify(version.metrics),
          version.description,
          JSON.stringify(version.metadata),
          version.createdAt,
          version.createdAt,
        );
    },
    aliases(model: ModelId): Record<string, number> {
      const rows = database
        .prepare('SELECT alias, version FROM model_aliases WHERE model_id = ? ORDER BY alias')
        .all(model);
      return Object.fromEntries(rows.map(({ alias, version }) => [String(alias), Number(version)]));
    },
    setAlias(model: ModelId, alias: string, version: number): void {
      database
        .prepare(
          `INSERT INTO model_aliases (model_id, alias, version) VALUES (?, ?, ?)
           ON CONFLICT (model_id, alias) DO UPDATE SET version = excluded.version`,
        )
        .run(model, alias, version);
    },
    removeAlias(model: ModelId, alias: string): void {
      database.prepare('DELETE FROM model_aliases WHERE model_id = ? AND alias = ?').run(model, alias);
    },
  };
}

export type ModelRepository = ReturnType<typeof createModelRepository>;

function toModel(row: SqlRow): ModelRow {
  return {
    id: row.id as ModelId,
    projectId: row.project_id as ProjectId,
    name: String(row.name),
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
  };
}

function toVersion(row: SqlRow, aliases: string[]): ModelVersion {
  return {
    id: row.id as ModelVersionId,
    modelId: row.model_id as ModelId,
    modelName: String(row.model_name),
    version: Number(row.version),
    digest: row.digest as Digest,
    sizeBytes: Number(row.size_bytes),
    signature: JSON.parse(String(row.signature)),
    task: row.task as ModelVersion['task'],
    labels: row.labels === null ? null : JSON.parse(String(row.labels)),
    aliases,
    runId: row.run_id as RunId | null,
    runName: row.run_name as string | null,
    metrics: JSON.parse(String(row.metrics)),
    description: String(row.description),
    metadata: JSON.parse(String(row.metadata)),
    createdAt: Number(row.created_at),
  };
}
