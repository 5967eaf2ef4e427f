import type { SqlRow } from '../../kernel/ports/database.ts';
import type { ImportedModel, ImportedModelVersion } from '../../kernel/ports/run-transfer.ts';
import type { ClientDataset, KeyValue } from '../../kernel/ports/tracking.ts';
import { isReservedName } from '../source-files.ts';
import { noPlace, versionPlace } from './version-place.ts';

export interface Rows {
  all(sql: string, ...parameters: (string | number | null)[]): SqlRow[];
}

/** Whether the database has these as tables: older ones have not, and a view could make any statement run for ever. */
export function hasTables({ all }: Rows, names: readonly string[]): boolean {
  const found = all(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name IN (SELECT value FROM json_each(?))`,
    JSON.stringify(names),
  );
  return found.length === names.length;
}

/** The data that a run read. */
export function databaseDatasets(rows: Rows, run: string): ClientDataset[] {
  if (!hasTables(rows, ['inputs', 'datasets', 'input_tags'])) return [];
  return rows
    .all(
      `SELECT d.*, i.input_uuid FROM inputs i JOIN datasets d ON d.dataset_uuid = i.source_id
       WHERE i.destination_id = ? AND i.source_type = 'DATASET' ORDER BY d.name, d.digest`,
      run,
    )
    .map((row) => ({
      name: String(row.name),
      digest: String(row.digest),
      sourceType: String(row.dataset_source_type ?? ''),
      source: String(row.dataset_source ?? ''),
      schema: optional(row.dataset_schema),
      profile: optional(row.dataset_profile),
      tags: rows
        .all(
          'SELECT name AS key, value FROM input_tags WHERE input_uuid = ? ORDER BY name',
          text(row.input_uuid),
        )
        .map(toPair),
    }));
}

const registry = [
  'registered_models',
  'registered_model_tags',
  'registered_model_aliases',
  'model_versions',
  'model_version_tags',
];

/** Registered models with those versions whose files a run keeps. */
export function databaseModels(rows: Rows): ImportedModel[] {
  if (!hasTables(rows, registry)) return [];
  const { all } = rows;
  return all('SELECT name, description FROM registered_models ORDER BY name').map((model) => {
    const name = String(model.name);
    const versions: ImportedModelVersion[] = [];
    const notes: string[] = [];
    for (const row of all(
      `SELECT version, description, current_stage, source, run_id FROM model_versions
       WHERE name = ? AND current_stage <> 'Deleted_Internal' ORDER BY version`,
      name,
    )) {
      const [version, run] = [Number(row.version), text(row.run_id)];
      const place = versionPlace(text(row.source), run);
      if (run === '' || place === null) {
        notes.push(noPlace(name, version));
        continue;
      }
      const tags = all(
        'SELECT key, value FROM model_version_tags WHERE name = ? AND version = ? ORDER BY key',
        name,
        version,
      );
      versions.push({
        version,
        run,
        path: place,
        description: text(row.description),
        stage: text(row.current_stage) || 'None',
        tags: pairsOf(tags),
      });
    }
    return {
      name,
      description: text(model.description),
      tags: pairsOf(all('SELECT key, value FROM registered_model_tags WHERE name = ? ORDER BY key', name)),
      aliases: Object.fromEntries(
        all('SELECT alias, version FROM registered_model_aliases WHERE name = ?', name).map((row) => [
          String(row.alias),
          Number(row.version),
        ]),
      ),
      versions,
      notes,
    };
  });
}

const text = (value: unknown): string => (value === null || value === undefined ? '' : String(value));
const optional = (value: unknown): string | null => text(value) || null;
const toPair = ({ key, value }: SqlRow): KeyValue => ({ key: String(key), value: text(value) });
const pairsOf = (rows: readonly SqlRow[]): KeyValue[] =>
  rows.map(toPair).filter(({ key }) => !isReservedName(key));
