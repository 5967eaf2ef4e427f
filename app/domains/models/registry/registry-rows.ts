import type { ModelId, ModelVersionId } from '../../../contract/ids.ts';
import type { Database, SqlRow, SqlValue } from '../../../kernel/ports/database.ts';
import type { KeyValue, RegistryModel, RegistryVersion } from '../../../kernel/ports/tracking.ts';

export interface FoundVersion extends RegistryVersion {
  readonly id: ModelVersionId;
}

export interface FoundModel extends Omit<RegistryModel, 'latest'> {
  readonly id: ModelId;
}

const VERSIONS = `SELECT v.*, m.name AS model_name FROM model_versions v JOIN models m ON m.id = v.model_id`;

/** Models with tags and aliases: three queries however many. */
export function readModels(database: Database, sql: string, parameters: readonly SqlValue[]): FoundModel[] {
  const rows = database.prepare(`SELECT m.* FROM models m ${sql}`).all(...parameters);
  const ids = JSON.stringify(rows.map(({ id }) => id));
  const tags = pairsOf(database, 'model_tags', 'model_id', ids);
  const aliases = aliasesOf(database, ids);
  return rows.map((row) => ({
    id: row.id as ModelId,
    name: String(row.name),
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
    description: String(row.description),
    tags: tags.get(row.id!) ?? [],
    aliases: (aliases.get(row.id!) ?? []).map(({ alias, version }) => ({
      alias: String(alias),
      version: Number(version),
    })),
  }));
}

/** Versions that are not deleted, with their tags and aliases. */
export function readVersions(
  database: Database,
  sql: string,
  parameters: readonly SqlValue[],
): FoundVersion[] {
  const rows = database.prepare(`${VERSIONS} WHERE v.deleted_at IS NULL ${sql}`).all(...parameters);
  const tags = pairsOf(
    database,
    'model_version_tags',
    'version_id',
    JSON.stringify(rows.map(({ id }) => id)),
  );
  const aliases = aliasesOf(database, JSON.stringify([...new Set(rows.map(({ model_id }) => model_id))]));
  return rows.map((row) => {
    // One that Lathe registered has its file among the objects, and its run's artifacts where it has a run.
    const own = row.run_id === null ? `lathe:/models/${row.id}` : `runs:/${row.run_id}/model.onnx`;
    const source = row.source === null ? own : String(row.source);
    return {
      id: row.id as ModelVersionId,
      name: String(row.model_name),
      version: Number(row.version),
      createdAt: Number(row.created_at),
      updatedAt: Number(row.updated_at),
      stage: String(row.stage),
      description: String(row.description),
      source,
      storageLocation: String(row.storage_location ?? source),
      runId: row.run_id as string | null,
      runLink: String(row.run_link),
      tags: tags.get(row.id!) ?? [],
      aliases: (aliases.get(row.model_id!) ?? [])
        .filter(({ version }) => version === row.version)
        .map(({ alias }) => String(alias)),
    };
  });
}

function pairsOf(database: Database, table: string, column: string, ids: string): Map<SqlValue, KeyValue[]> {
  const rows = database
    .prepare(
      `SELECT ${column} AS owner, key, value FROM ${table} WHERE ${column} IN (SELECT value FROM json_each(?)) ORDER BY key`,
    )
    .all(ids);
  const groups = Map.groupBy(rows, (row) => row.owner!);
  return new Map(
    [...groups].map(([owner, found]) => [
      owner,
      found.map(({ key, value }) => ({ key: String(key), value: String(value) })),
    ]),
  );
}

function aliasesOf(database: Database, models: string): Map<SqlValue, SqlRow[]> {
  return Map.groupBy(
    database
      .prepare(
        'SELECT * FROM model_aliases WHERE model_id IN (SELECT value FROM json_each(?)) ORDER BY alias',
      )
      .all(models),
    (row) => row.model_id!,
  );
}
